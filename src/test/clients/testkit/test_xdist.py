"""Whole suites as other processes: many workers on few devices, two runs side by side, ones that are killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import PHONES, ask, eventually

RECIPE = Path(__file__).parent / "recipe"


@pytest.fixture
def suite(tmp_path):
    begun = []

    def begin(name, requirements, workers, tests=40, **environment):
        folder = tmp_path / name
        folder.mkdir()
        process = subprocess.Popen(
            [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
            + ["-n", str(workers), "--rootdir", str(RECIPE), str(RECIPE)],
            env={
                **os.environ,
                "GRIDFLEET_RUN_NAME": name,
                "GRIDFLEET_REQUIREMENTS": json.dumps(requirements),
                "GRIDFLEET_RUN_STATE_PATH": str(folder / "run.json"),
                "GRIDFLEET_RECIPE_LOG": str(folder),
                "GRIDFLEET_RECIPE_PAGE": "GridFleet shop",
                "GRIDFLEET_RECIPE_TESTS": str(tests),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        begun.append(process)
        return process, folder

    yield begin
    for process in begun:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


def served(folder):
    lines = [json.loads(line) for log in folder.glob("*.jsonl") for line in log.open()]
    return [(line["device"], line["session"]) for line in lines]


def run_of(folder):
    state = folder / "run.json"
    return json.loads(eventually(lambda: state.exists() and state.read_text(), seconds=60))


def test_forty_tests_on_eight_workers_share_six_devices(suite):
    process, folder = suite("forty", [{**PHONES, "count": 6}], workers=8)
    assert process.wait(timeout=240) == 0
    sessions = served(folder)
    assert len({session for _, session in sessions}) == 40
    assert {device for device, _ in sessions} <= {f"phone-{n}" for n in range(1, 7)}
    run = ask("GET", f"/runs/{run_of(folder)['id']}")
    assert run["state"] == "completed"
    assert run["session_counts"] == {"passed": 40, "failed": 0, "error": 0, "running": 0, "total": 40}


def test_two_runs_side_by_side_never_share_a_device(suite):
    first, one = suite("first", [{**PHONES, "count": 3}], workers=3, tests=12)
    second, two = suite("second", [{**PHONES, "count": 3}], workers=3, tests=12)
    assert (first.wait(timeout=240), second.wait(timeout=240)) == (0, 0)
    assert not {device for device, _ in served(one)} & {device for device, _ in served(two)}


def test_a_worker_that_is_killed_leaves_its_device_for_no_longer_than_its_time_out(suite):
    timeout = 3
    process, folder = suite(
        "worker",
        [{**PHONES, "count": 3}],
        workers=2,
        tests=8,
        GRIDFLEET_RECIPE_KILLS="2",
        GRIDFLEET_RECIPE_CAPABILITIES=json.dumps({"appium:newCommandTimeout": timeout}),
    )
    assert process.wait(timeout=120) == 1, "the test that was killed failed"
    ended = time.monotonic()
    run = ask("GET", f"/runs/{run_of(folder)['id']}")
    assert run["state"] == "completed"
    rows = [ask("GET", f"/sessions/{session}") for _, session in served(folder)]
    assert len(rows) == 8, "another worker took over"
    [left] = [row for row in rows if row["status"] == "running"]
    device = f"/devices/{left['device_id']}"
    assert ask("GET", device)["operational_state"] == "busy", "complete leaves sessions alone"
    # Who is silent is looked for every five seconds.
    eventually(
        lambda: ask("GET", device)["operational_state"] == "available", seconds=timeout + 30 + 6
    )
    assert time.monotonic() - ended > timeout, "it was the time-out that freed it"
    row = ask("GET", f"/sessions/{left['session_id']}")
    assert (row["status"], row["error_type"]) == ("error", "idle")


def test_a_controller_that_is_killed_loses_its_run_by_heartbeat(suite):
    process, folder = suite(
        "killed", [{**PHONES, "count": 6}], workers=2, tests=2000, GRIDFLEET_HEARTBEAT_SEC="2"
    )
    run_id = run_of(folder)["id"]
    eventually(lambda: served(folder), seconds=60)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    # Eight seconds of silence, and the reaper comes every 15 s.
    eventually(lambda: ask("GET", f"/runs/{run_id}")["state"] == "expired", seconds=60)
    # Its sessions are ended on their nodes after that, and their devices are free then.
    all_six = "/availability?platform_id=android_mobile&count=6"
    eventually(lambda: ask("GET", all_six)["available"], seconds=30)
