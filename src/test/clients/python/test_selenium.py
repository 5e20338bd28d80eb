from concurrent.futures import ThreadPoolExecutor

import pytest
from selenium import webdriver
from selenium.common.exceptions import InvalidSessionIdException
from selenium.webdriver.common.by import By

from lab import GRID_URL, browser, closing, page


def start():
    return webdriver.Remote(GRID_URL, options=browser())


def test_selenium_drives_chromium():
    with closing(start()) as driver:
        driver.get(page("till", "<input id=amount>"))
        assert driver.title == "till"
        amount = driver.find_element(By.ID, "amount")
        amount.send_keys("12")
        assert amount.get_attribute("value") == "12"
        assert driver.execute_script("return 6 * 7") == 42
        assert driver.get_screenshot_as_png().startswith(b"\x89PNG")


def test_two_chromiums_at_once_keep_their_own_pages():
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: start(), range(2))
        with closing(first), closing(second):
            first.get(page("first"))
            second.get(page("second"))
            assert (first.title, second.title) == ("first", "second")


def test_a_session_that_was_quit_is_told_as_such():
    driver = start()
    session_id = driver.session_id
    driver.quit()
    driver.session_id = session_id
    with pytest.raises(InvalidSessionIdException):
        _ = driver.title
