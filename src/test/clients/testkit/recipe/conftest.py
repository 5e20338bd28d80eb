"""The documented xdist recipe, with the run's id exported to the workers (contract: gridfleet-api §9, §0.5)."""

import json
import os
from pathlib import Path

from gridfleet_testkit import GridFleetClient, register_run_cleanup

PLATFORM = {
    "pack_id": "appium-uiautomator2",
    "platform_id": "android_mobile",
    **json.loads(os.environ.get("GRIDFLEET_RECIPE_CAPABILITIES", "{}")),
}
HEARTBEAT = int(os.environ.get("GRIDFLEET_HEARTBEAT_SEC", "30"))
STATE = Path(os.environ["GRIDFLEET_RUN_STATE_PATH"])


def is_worker(config):
    return hasattr(config, "workerinput")


def pytest_configure(config):
    if is_worker(config):
        return
    client = GridFleetClient()
    requirements = json.loads(os.environ["GRIDFLEET_REQUIREMENTS"])
    run = client.reserve_devices(
        os.environ["GRIDFLEET_RUN_NAME"],
        requirements,
        heartbeat_timeout_sec=4 * HEARTBEAT,
    )
    STATE.write_text(json.dumps(run))
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
