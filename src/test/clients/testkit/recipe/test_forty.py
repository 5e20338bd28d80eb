"""Many tests on few devices; a stand-in for your own."""

import json
import os
import signal
from pathlib import Path

import pytest

from conftest import PLATFORM


@pytest.mark.parametrize("appium_driver", [PLATFORM], indirect=True)
@pytest.mark.parametrize("number", range(int(os.environ.get("GRIDFLEET_RECIPE_TESTS", "40"))))
def test_one_of_many(appium_driver, number, gridfleet_worker_id):
    reserved = json.loads(Path(os.environ["GRIDFLEET_RUN_STATE_PATH"]).read_text())["devices"]
    udid = appium_driver.capabilities["appium:udid"]
    assert udid in {device["connection_target"] for device in reserved}
    assert os.environ.get("GRIDFLEET_RECIPE_PAGE", "") in appium_driver.page_source
    if "GRIDFLEET_RECIPE_LOG" in os.environ:
        line = {"worker": gridfleet_worker_id, "device": udid, "session": appium_driver.session_id}
        with (Path(os.environ["GRIDFLEET_RECIPE_LOG"]) / f"{gridfleet_worker_id}.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")
    if str(number) == os.environ.get("GRIDFLEET_RECIPE_KILLS"):
        os.kill(os.getpid(), signal.SIGKILL)
