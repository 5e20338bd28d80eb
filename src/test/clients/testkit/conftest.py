"""What every suite here shares: which testkit this is, rows as plain objects, runs that end with their test."""

import importlib
import json
import os
import time
import urllib.error
import urllib.request
from dataclasses import asdict, is_dataclass
from importlib.metadata import version

import pytest
from gridfleet_testkit import GridFleetClient

VERSION = tuple(int(part) for part in version("gridfleet-testkit").split("."))
HTTP = importlib.import_module("httpx2" if VERSION >= (0, 13) else "httpx")
API = os.environ["GRIDFLEET_API_URL"].rstrip("/")

PHONES = {"pack_id": "appium-uiautomator2", "platform_id": "android_mobile"}
TVS = {"pack_id": "appium-uiautomator2", "platform_id": "android_tv"}
# Suites of their own: test_xdist.py runs them.
collect_ignore = ["recipe"]
# A lab with tokens is another lab: whoever starts it names the file.
if "GRIDFLEET_TESTKIT_PASSWORD" not in os.environ:
    collect_ignore.append("test_tokens.py")

NOBODY = "00000000-0000-4000-8000-000000000000"


def pytest_configure(config):
    config.addinivalue_line("markers", "since(version): the first testkit that has what the test uses")
    config.addinivalue_line("markers", "before(version): the first testkit that lost what the test uses")


def pytest_collection_modifyitems(config, items):
    """A test of a method that this testkit doesn't have is left out, not skipped."""

    def fits(item):
        return all(VERSION >= mark.args[0] for mark in item.iter_markers("since")) and all(
            VERSION < mark.args[0] for mark in item.iter_markers("before")
        )

    left_out = [item for item in items if not fits(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if fits(item)]


def pytest_report_header():
    return f"gridfleet-testkit {'.'.join(map(str, VERSION))}"


def plain(row):
    """A row as an object, whichever shape this testkit gives it."""
    return asdict(row) if is_dataclass(row) else row


def ask(method, path, body=None):
    """What the testkit has no method for."""
    request = urllib.request.Request(
        API + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={} if body is None else {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        raw = answer.read()
        return json.loads(raw) if raw else None


def eventually(what, seconds=20):
    """The first true answer, asked for again and again: what a suite's own thread or another process brings about."""
    deadline = time.monotonic() + seconds
    while True:
        answer = what()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(0.1)


def refused(status):
    """The testkit's own exception for an answer with this status."""

    class Refused:
        def __enter__(self):
            self.raises = pytest.raises(HTTP.HTTPStatusError)
            self.info = self.raises.__enter__()
            return self

        def __exit__(self, *failure):
            caught = self.raises.__exit__(*failure)
            assert self.info.value.response.status_code == status
            return caught

        @property
        def error(self):
            return self.info.value.response.json()["error"]

    return Refused()


@pytest.fixture
def client():
    return GridFleetClient()


@pytest.fixture
def devices(client):
    """The lab's device rows by connection target."""
    return {row["connection_target"]: row for row in map(plain, client.list_devices())}


@pytest.fixture
def reserve(client):
    """Reserves for the length of the test; devices that went into maintenance come back."""
    begun = []

    def begin(*requirements, **more):
        run = client.reserve_devices("suite", list(requirements), **more)
        begun.append(run)
        return run

    yield begin
    for run in begun:
        try:
            ask("POST", f"/runs/{run['id']}/force-release")
        finally:
            for device in run["devices"]:
                try:
                    ask("POST", f"/devices/{device['device_id']}/maintenance/exit")
                except urllib.error.HTTPError as not_in_maintenance:
                    assert not_in_maintenance.code == 409
