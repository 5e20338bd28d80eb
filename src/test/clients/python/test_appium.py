from appium import webdriver
from appium.webdriver.common.appiumby import AppiumBy

from lab import GRID_URL, closing, phone


def start(model, more=None):
    return webdriver.Remote(GRID_URL, options=phone(model, more))


def test_appium_drives_two_devices_on_two_servers():
    with closing(start("Fake One")) as first, closing(start("Fake Two")) as second:
        assert first.capabilities["appium:udid"] != second.capabilities["appium:udid"]
        for driver in (first, second):
            assert "GridFleet shop" in driver.page_source
            driver.find_element(AppiumBy.XPATH, '//MockButton[@id="buy"]').click()
            driver.orientation = "LANDSCAPE"
            assert driver.orientation == "LANDSCAPE"
            assert driver.get_screenshot_as_png().startswith(b"\x89PNG")


def test_a_device_is_named_by_its_udid():
    with closing(start("Fake One")) as first:
        udid = first.capabilities["appium:udid"]
    with closing(start("Fake Two", {"appium:udid": udid})) as named:
        assert named.capabilities["appium:udid"] == udid
