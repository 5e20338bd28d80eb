"""The lab as these clients know it: where the front door is, and what they ask for there."""

import json
import os
import urllib.parse
import urllib.request
from contextlib import contextmanager

from appium.options.common import AppiumOptions
from selenium.webdriver import ChromeOptions

GRID_URL = os.environ["GRID_URL"].rstrip("/")
SLOW_WAIT = float(os.environ.get("GRIDFLEET_SLOW_SECONDS", "35"))

CHROMIUM_ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def browser(**more):
    """A browser, asked for by selector."""
    options = ChromeOptions()
    options.binary_location = os.environ["GRIDFLEET_CHROMIUM"]
    for argument in CHROMIUM_ARGUMENTS:
        options.add_argument(argument)
    options.set_capability("gridfleet:selector", "browserName:chrome")
    for name, value in more.items():
        options.set_capability(name, value)
    return options


def phone_capabilities(model):
    return {
        "platformName": "Fake",
        "appium:automationName": "Fake",
        "appium:deviceName": "Fake",
        "appium:app": os.environ["GRIDFLEET_FAKE_APP"],
        "gridfleet:selector": f'model:"{model}"',
    }


def phone(model, more=None):
    """One device of the fake driver, asked for by selector."""
    return AppiumOptions().load_capabilities({**phone_capabilities(model), **(more or {})})


def page(title, body=""):
    """A page that needs no network."""
    return "data:text/html," + urllib.parse.quote(f"<title>{title}</title>{body}")


def send(method, path, body=None):
    request = urllib.request.Request(
        GRID_URL + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["value"]


class Held:
    """A session opened with nothing but HTTP, so that it can be told from the clients' own."""

    def __init__(self, model):
        asked = {"capabilities": {"alwaysMatch": phone_capabilities(model)}}
        self.session_id = send("POST", "/session", asked)["sessionId"]

    def release(self):
        send("DELETE", f"/session/{self.session_id}")


@contextmanager
def closing(driver):
    try:
        yield driver
    finally:
        driver.quit()
