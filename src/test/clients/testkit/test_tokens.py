"""A lab that asks for tokens, by what the testkit has for it: Basic for the API, GRID_URL's path for sessions."""

import json
import os
import urllib.error
import urllib.request

import pytest
from gridfleet_testkit import GridFleetClient

from conftest import API, HTTP, TVS, eventually, plain, refused

GRID = os.environ["GRID_URL"]
ROOT = API.removesuffix("/api")
on_the_tv = pytest.mark.parametrize("appium_driver", [TVS], indirect=True)


def test_the_token_is_in_the_path_of_the_grid():
    assert GRID == f"{ROOT}/v0/{os.environ['GRIDFLEET_TESTKIT_PASSWORD']}"


def test_who_shows_nothing_is_refused(monkeypatch):
    monkeypatch.delenv("GRIDFLEET_TESTKIT_PASSWORD")
    with refused(401) as refusal:
        GridFleetClient().list_devices()
    assert refusal.error["code"] == "UNAUTHORIZED"


@pytest.mark.parametrize("name", ["GRIDFLEET_TESTKIT_USERNAME", "GRIDFLEET_TESTKIT_PASSWORD"])
def test_who_shows_something_else_is_refused(monkeypatch, name):
    monkeypatch.setenv(name, "stranger")
    with refused(401):
        GridFleetClient().reserve_devices("stranger", [TVS])


@pytest.mark.parametrize("base", [ROOT, f"{ROOT}/v0/stranger"])
def test_a_session_needs_the_token_too(base):
    body = json.dumps({"capabilities": {"alwaysMatch": {}}}).encode()
    request = urllib.request.Request(
        f"{base}/session", data=body, headers={"content-type": "application/json"}
    )
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request, timeout=20)
    assert refusal.value.code == 401
    assert json.load(refusal.value)["value"]["error"] == "session not created"


@on_the_tv
def test_the_plugin_gets_and_reports_its_session(appium_driver, device_handle, gridfleet_client):
    assert "GridFleet shop" in appium_driver.page_source
    assert plain(device_handle)["connection_target"] == appium_driver.capabilities["appium:udid"]


def last_heartbeat(run):
    user, password = (os.environ[f"GRIDFLEET_TESTKIT_{name}"] for name in ("USERNAME", "PASSWORD"))
    return HTTP.get(f"{API}/runs/{run['id']}", auth=(user, password)).json()["last_heartbeat"]


def test_a_run_from_its_reservation_to_its_end(client, monkeypatch):
    from gridfleet_testkit import create_appium_driver

    run = client.reserve_devices("tokens", [TVS], heartbeat_timeout_sec=30)
    heartbeat = client.start_heartbeat(run["id"], interval=1)
    try:
        client.signal_ready(run["id"])
        monkeypatch.setenv("GRIDFLEET_RUN_ID", run["id"])
        driver = create_appium_driver(**TVS)
        assert driver.capabilities["appium:udid"] == run["devices"][0]["connection_target"]
        driver.quit()
        before = last_heartbeat(run)
        eventually(lambda: last_heartbeat(run) > before)
    finally:
        heartbeat.stop()
        client.complete_run(run["id"])
