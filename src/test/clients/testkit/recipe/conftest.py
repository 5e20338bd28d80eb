"""A suite for pytest-xdist: the controller reserves devices, the workers share them. Copy this file; test-suites.md of the
documents describes its environment variables."""

import json
import os
import tempfile
from pathlib import Path

from gridfleet_testkit import GridFleetClient, register_run_cleanup

PLATFORM = {
    "pack_id": "appium-uiautomator2",
    "platform_id": "android_mobile",
    **json.loads(os.environ.get("GRIDFLEET_RECIPE_CAPABILITIES", "{}")),
}
ANY = [{"pack_id": PLATFORM["pack_id"], "platform_id": PLATFORM["platform_id"], "allocation": "all_available"}]
HEARTBEAT = int(os.environ.get("GRIDFLEET_HEARTBEAT_SEC", "30"))


def is_worker(config):
    return hasattr(config, "workerinput")


def pytest_configure(config):
    if is_worker(config):
        return
    # Workers inherit the environment: set before they start.
    os.environ.setdefault("GRIDFLEET_RUN_STATE_PATH", str(Path(tempfile.mkdtemp()) / "run.json"))
    client = GridFleetClient()
    run = client.reserve_devices(
        os.environ.get("GRIDFLEET_RUN_NAME", "xdist"),
        json.loads(os.environ.get("GRIDFLEET_REQUIREMENTS", "null")) or ANY,
        heartbeat_timeout_sec=4 * HEARTBEAT,
    )
    Path(os.environ["GRIDFLEET_RUN_STATE_PATH"]).write_text(json.dumps(run))
    os.environ["GRIDFLEET_RUN_ID"] = run["id"]
    heartbeat = client.start_heartbeat(run["id"], interval=HEARTBEAT)
    config.gridfleet_run = client, run, register_run_cleanup(client, run["id"], heartbeat)
    client.signal_ready(run["id"])


def pytest_sessionfinish(session, exitstatus):
    if is_worker(session.config):
        return
    client, run, cleanup = session.config.gridfleet_run
    if exitstatus == 0 or "GRIDFLEET_RECIPE_KILLS" in os.environ:
        client.complete_run(run["id"])
    else:
        client.cancel_run(run["id"])
    cleanup()
