"""What Robot Framework's suites ask of the lab."""

import os
import urllib.parse

from selenium.webdriver import ChromeOptions

GRID_URL = os.environ["GRID_URL"]

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


def chromium_options(model="Chromium"):
    options = ChromeOptions()
    options.binary_location = os.environ["GRIDFLEET_CHROMIUM"]
    for argument in CHROMIUM_ARGUMENTS:
        options.add_argument(argument)
    options.set_capability("gridfleet:selector", f'browserName:chrome model:"{model}"')
    return options


def page(title, body=""):
    """A page that needs no network."""
    return "data:text/html," + urllib.parse.quote(f"<title>{title}</title>{body}")


def fake_app():
    return os.environ["GRIDFLEET_FAKE_APP"]
