"""A wait for a busy device, with progress on: it ends in a session, or in an error that says why."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from appium import webdriver as appium_webdriver
from selenium import webdriver as selenium_webdriver
from selenium.common.exceptions import SessionNotCreatedException

from lab import GRID_URL, SLOW_WAIT, Held, phone

CLIENTS = {
    "Selenium Python": selenium_webdriver.Remote,
    "Appium Python": appium_webdriver.Remote,
}


def waiting(model, seconds):
    return phone(
        model,
        {
            "gridfleet:waitForDeviceOnlineTimeout": seconds,
            "gridfleet:newSessionRequestProgress": True,
        },
    )


def ends_in_a_session(name):
    model = f"Slow {name} yes"
    held = Held(model)
    since = time.monotonic()
    threading.Timer(SLOW_WAIT, held.release).start()
    driver = CLIENTS[name](GRID_URL, options=waiting(model, SLOW_WAIT + 60))
    waited = time.monotonic() - since
    session_id = driver.session_id
    driver.quit()
    return waited, session_id


def ends_in_an_error(name):
    model = f"Slow {name} no"
    held = Held(model)
    since = time.monotonic()
    try:
        with pytest.raises(SessionNotCreatedException) as refused:
            CLIENTS[name](GRID_URL, options=waiting(model, SLOW_WAIT))
        return time.monotonic() - since, refused.value.msg
    finally:
        held.release()


@pytest.fixture(scope="module")
def endings():
    with ThreadPoolExecutor() as pool:
        yield {
            (name, ending): pool.submit(ending, name)
            for name in CLIENTS
            for ending in (ends_in_a_session, ends_in_an_error)
        }


@pytest.mark.parametrize("name", CLIENTS)
def test_a_slow_new_session_ends_in_a_session(endings, name):
    waited, session_id = endings[name, ends_in_a_session].result()
    assert waited >= SLOW_WAIT - 1
    assert session_id


@pytest.mark.parametrize("name", CLIENTS)
def test_a_slow_new_session_ends_in_an_error_that_says_why(endings, name):
    waited, message = endings[name, ends_in_an_error].result()
    assert waited >= SLOW_WAIT - 1
    assert message.startswith("No available good condition devices")
