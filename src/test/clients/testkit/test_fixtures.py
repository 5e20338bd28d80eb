"""The pytest plugin's fixtures, each on a real session, and what the server makes of it."""

import os

import pytest
from selenium.common.exceptions import SessionNotCreatedException

from conftest import PHONES, TVS, VERSION, ask, plain

on_a_phone = pytest.mark.parametrize("appium_driver", [PHONES], indirect=True)
on_the_tv = pytest.mark.parametrize("appium_driver", [TVS], indirect=True)


def device_of(driver):
    """The device's id by each of the names that released clients read it from."""
    capabilities = driver.capabilities
    assert capabilities["appium:gridfleet:deviceId"] == capabilities["gridfleet:deviceId"]
    return capabilities["gridfleet:deviceId"]


@on_a_phone
def test_appium_driver(appium_driver, gridfleet_worker_id):
    assert gridfleet_worker_id == os.environ.get("PYTEST_XDIST_WORKER", "controller")
    assert "GridFleet shop" in appium_driver.page_source
    row = ask("GET", f"/sessions/{appium_driver.session_id}")
    assert row["device_id"] == device_of(appium_driver)
    assert row["status"] == "running"
    assert row["test_name"].startswith("test_appium_driver")


@on_the_tv
def test_device_handle(appium_driver, device_handle, gridfleet_client):
    assert plain(device_handle)["id"] == device_of(appium_driver)
    assert plain(device_handle)["connection_target"] == appium_driver.capabilities["appium:udid"]
    row = plain(gridfleet_client.get_device(device_of(appium_driver)))
    assert row["operational_state"] == "busy"


@on_the_tv
def test_device_test_data(appium_driver, device_test_data):
    assert device_test_data == {}


@pytest.mark.before((0, 13))
@on_a_phone
def test_device_config(appium_driver, device_config):
    assert device_config["app_username"] == "ann"


@pytest.mark.parametrize("appium_driver", [{**PHONES, "appium:udid": "phone-4"}], indirect=True)
def test_a_device_can_be_named(appium_driver):
    assert appium_driver.capabilities["appium:udid"] == "phone-4"


@pytest.mark.since((0, 9))
@pytest.mark.parametrize(
    "appium_driver", [{**PHONES, "appium:gridfleet:tag:screen_type": "4k"}], indirect=True
)
def test_a_device_can_be_asked_for_by_tag(appium_driver):
    assert appium_driver.capabilities["appium:udid"] == "phone-1"


@pytest.mark.since((0, 15))
@pytest.mark.parametrize("appium_driver", [{**TVS, "gridfleet:group:lounge": True}], indirect=True)
def test_a_device_can_be_asked_for_by_group(appium_driver):
    assert appium_driver.capabilities["appium:udid"] == "10.0.0.8:5555"


def start(run_id=None, platform=TVS, monkeypatch=None, **capabilities):
    from gridfleet_testkit import create_appium_driver

    if monkeypatch is not None and run_id is not None:
        monkeypatch.setenv("GRIDFLEET_RUN_ID", run_id)
    return create_appium_driver(
        **platform, capabilities={"gridfleet:waitForDeviceOnlineTimeout": 1, **capabilities}
    )


def test_a_run_has_its_devices_and_nobody_else_has(client, reserve, monkeypatch):
    run = reserve(TVS)
    with pytest.raises(SessionNotCreatedException):
        start()
    driver = start(run["id"], monkeypatch=monkeypatch)
    assert device_of(driver) == run["devices"][0]["device_id"]
    row = ask("GET", f"/sessions/{driver.session_id}")
    assert row["run_id"] == run["id"]
    client.complete_run(run["id"])
    assert "GridFleet shop" in driver.page_source, "complete leaves sessions alone"
    driver.quit()


def test_a_run_gets_no_other_device_than_its_own(reserve, monkeypatch):
    run = reserve(TVS)
    with pytest.raises(SessionNotCreatedException):
        start(run["id"], PHONES, monkeypatch)


def test_a_run_that_ended_gets_nothing(client, reserve, monkeypatch):
    run = reserve(TVS)
    client.cancel_run(run["id"])
    with pytest.raises(SessionNotCreatedException):
        start(run["id"], monkeypatch=monkeypatch)


def test_cancel_ends_the_sessions_of_a_run(client, reserve, monkeypatch):
    from selenium.common.exceptions import InvalidSessionIdException

    run = reserve(TVS)
    driver = start(run["id"], monkeypatch=monkeypatch)
    client.cancel_run(run["id"])
    with pytest.raises(InvalidSessionIdException):
        _ = driver.page_source
    row = ask("GET", f"/sessions/{driver.session_id}")
    assert (row["status"], row["error_type"]) == ("error", "run_released")


@pytest.mark.since((0, 8))
def test_a_device_that_rests_gets_no_session(client, reserve, monkeypatch):
    run = reserve(TVS)
    client.cooldown_device(
        run["id"], run["devices"][0]["device_id"], reason="flaky", ttl_seconds=600
    )
    with pytest.raises(SessionNotCreatedException):
        start(run["id"], monkeypatch=monkeypatch)


@pytest.mark.since((0, 8))
def test_a_device_that_has_rested_serves_its_run_again(client, reserve, monkeypatch):
    run = reserve(TVS)
    client.cooldown_device(run["id"], run["devices"][0]["device_id"], reason="flaky", ttl_seconds=2)
    driver = start(
        run["id"], monkeypatch=monkeypatch, **{"gridfleet:waitForDeviceOnlineTimeout": 20}
    )
    driver.quit()


def test_what_a_suite_reports_is_the_last_word(pytester_of_suite):
    """One test passes, one fails, one never gets its device: read back once the suite is over."""
    pytester_of_suite(
        f"""
        import pytest

        tv = pytest.mark.parametrize("appium_driver", [{TVS!r}], indirect=True)
        no = pytest.mark.parametrize(
            "appium_driver",
            [{{**{TVS!r}, "appium:udid": "nobody", "gridfleet:waitForDeviceOnlineTimeout": 1}}],
            indirect=True,
        )

        @tv
        def test_that_passes(appium_driver):
            pass

        @tv
        def test_that_fails(appium_driver):
            assert appium_driver is None

        @no
        def test_that_gets_no_device(appium_driver):
            pass
        """
    )
    rows = ask("GET", "/sessions?limit=500")["items"]
    told = {row["test_name"].split("[")[0]: row for row in rows if row["test_name"]}
    assert told["test_that_passes"]["status"] == "passed"
    assert told["test_that_fails"]["status"] == "failed"
    assert told["test_that_fails"]["ended_at"]
    if VERSION < (0, 12):
        assert told["test_that_gets_no_device"]["status"] == "error"
        assert told["test_that_gets_no_device"]["error_type"] == "SessionNotCreatedException"


@pytest.fixture
def pytester_of_suite(tmp_path):
    import subprocess
    import sys
    import textwrap

    def run(source):
        (tmp_path / "test_suite.py").write_text(textwrap.dedent(source))
        subprocess.run(
            [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
            check=False,
            timeout=120,
            stdin=subprocess.DEVNULL,
        )

    return run
