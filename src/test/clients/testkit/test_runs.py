from datetime import datetime, timedelta, timezone

import pytest

from conftest import NOBODY, PHONES, TVS, ask, eventually, plain, refused


def of(run, target):
    [device] = [one for one in run["devices"] if one["connection_target"] == target]
    return device


def test_a_run_goes_its_way(client, reserve):
    run = reserve({**PHONES, "count": 2}, created_by="suite", ttl_minutes=30)
    assert run["state"] == "preparing"
    assert (run["ttl_minutes"], run["heartbeat_timeout_sec"]) == (30, 120)
    assert len({device["device_id"] for device in run["devices"]}) == 2

    ready = client.signal_ready(run["id"])
    assert ready["state"] == "active"
    assert ready["started_at"]
    assert client.signal_active(run["id"])["state"] == "active"
    with refused(409):
        client.signal_ready(run["id"])

    beat = client.heartbeat(run["id"])
    assert beat["state"] == "active"
    assert beat["last_heartbeat"]

    done = client.complete_run(run["id"])
    assert done["state"] == "completed"
    assert done["completed_at"]
    with refused(409):
        client.complete_run(run["id"])
    with refused(409):
        client.cancel_run(run["id"])
    assert client.heartbeat(run["id"])["state"] == "completed"


def test_the_devices_of_a_run_are_held_and_freed(client, reserve):
    run = reserve(TVS)
    device_id = run["devices"][0]["device_id"]
    assert ask("GET", f"/devices/{device_id}")["reservation"]["run_id"] == run["id"]
    with refused(409) as shortage:
        client.reserve_devices("another", [TVS])
    for fragment in (
        "appium-uiautomator2",
        "android_tv",
        "count=1",
        "matched 0 eligible devices right now",
        "/api/availability",
    ):
        assert fragment in shortage.error["message"]
    client.cancel_run(run["id"])
    assert ask("GET", f"/devices/{device_id}")["reservation"] is None


def test_a_run_gets_all_that_it_asks_for_or_nothing(client, reserve):
    with refused(409):
        client.reserve_devices("greedy", [{**PHONES, "count": 5}, {**TVS, "count": 2}])
    assert len(reserve({**PHONES, "count": 6}, TVS)["devices"]) == 7


def test_all_available_takes_what_there_is(client, reserve):
    run = reserve({**PHONES, "allocation": "all_available", "min_count": 2})
    assert len(run["devices"]) == 6
    with refused(409):
        client.reserve_devices("late", [{**PHONES, "allocation": "all_available"}])


def test_tags_narrow_a_requirement(reserve):
    run = reserve({**PHONES, "count": 1, "tags": {"bench": "a", "screen_type": "4k"}})
    assert [device["connection_target"] for device in run["devices"]] == ["phone-1"]


@pytest.mark.parametrize(
    "requirement",
    [
        {**PHONES, "count": 0},
        {**PHONES, "count": 1, "allocation": "all_available"},
        {**PHONES, "min_count": 2},
        {"pack_id": "appium-uiautomator2"},
        {"pack_id": "no-such-pack", "platform_id": "android_mobile"},
    ],
)
def test_a_requirement_that_cannot_be_is_refused(client, requirement):
    with refused(422) as answer:
        client.reserve_devices("wrong", [requirement])
    assert answer.error["code"] == "VALIDATION_ERROR"


def test_a_run_may_not_outlast_the_longest(client):
    with refused(409):
        client.reserve_devices("long", [PHONES], ttl_minutes=181)


def test_a_run_that_nobody_knows(client):
    for step in (client.signal_ready, client.signal_active, client.complete_run, client.cancel_run):
        with refused(409):
            step(NOBODY)
    with refused(404):
        client.heartbeat(NOBODY)


@pytest.mark.since((0, 9))
def test_a_run_can_be_read(client, reserve):
    run = reserve({**PHONES, "count": 1})
    read = client.get_run(run["id"])
    assert read["name"] == "suite"
    assert read["requirements"] == [{**PHONES, "count": 1}]
    assert read["devices"] == read["reserved_devices"]
    assert [device["device_id"] for device in read["devices"]] == [run["devices"][0]["device_id"]]
    assert read["session_counts"] == {"passed": 0, "failed": 0, "error": 0, "running": 0, "total": 0}
    with refused(404):
        client.get_run(NOBODY)
    with refused(422):
        client.get_run("seven")


@pytest.mark.before((0, 13))
def test_what_is_included_needs_no_second_look(client, reserve, devices):
    from gridfleet_testkit import hydrate_allocated_device

    client.replace_device_test_data(devices["phone-1"]["id"], {"pin": 1234})
    try:
        tagged = {**PHONES, "tags": {"screen_type": "4k"}}
        run = reserve(tagged, include=("config", "test_data"))
    finally:
        client.replace_device_test_data(devices["phone-1"]["id"], {})

    class NoClient:
        def __getattr__(self, name):
            raise AssertionError(f"hydration asked again: {name}")

    allocated = hydrate_allocated_device(
        run["devices"][0], run_id=run["id"], client=NoClient(), fetch_test_data=True
    )
    assert allocated.config == {"app_username": "ann", "ip": "10.0.0.8"}
    assert allocated.test_data == {"pin": 1234}
    assert allocated.udid == "phone-1"
    assert allocated.is_real_device
    assert (allocated.manufacturer, allocated.model) == ("Google", "Pixel 8")


@pytest.mark.before((0, 13))
def test_what_is_not_included_is_asked_for(client, reserve):
    from gridfleet_testkit import hydrate_allocated_device

    run = reserve(TVS)
    allocated = hydrate_allocated_device(
        run["devices"][0],
        run_id=run["id"],
        client=client,
        fetch_capabilities=True,
        fetch_test_data=True,
    )
    assert allocated.config == allocated.test_data == {}
    assert allocated.live_capabilities["appium:udid"] == "10.0.0.8:5555"


@pytest.mark.before((0, 13))
def test_a_device_row_hydrates_as_it_is(client, reserve):
    from gridfleet_testkit import hydrate_allocated_device

    run = reserve(TVS)
    row = client.get_device_by_connection_target("10.0.0.8:5555")
    assert hydrate_allocated_device(row, run_id=run["id"], client=client).name == "TV 1"


@pytest.mark.before((0, 13))
def test_an_include_that_nobody_knows_has_its_own_error(client):
    from gridfleet_testkit import ReserveCapabilitiesUnsupportedError, UnknownIncludeError

    with pytest.raises(UnknownIncludeError) as unknown:
        client.reserve_devices("wrong", [PHONES], include=("config", "weather", "mood"))
    assert unknown.value.values == ["mood", "weather"]
    with pytest.raises(ReserveCapabilitiesUnsupportedError):
        client.reserve_devices("wrong", [PHONES], include=("capabilities",))
    with pytest.raises(TypeError):
        client.reserve_devices("wrong", [PHONES], include="config")


def test_a_heartbeat_thread_stops_when_its_run_is_cancelled(client, reserve):
    run = reserve(TVS)
    thread = client.start_heartbeat(run["id"], interval=1)
    before = client.signal_ready(run["id"])["last_heartbeat"]
    eventually(lambda: ask("GET", f"/runs/{run['id']}")["last_heartbeat"] > before)
    client.cancel_run(run["id"])
    thread.join(timeout=10)
    assert not thread.is_alive()


def test_a_run_whose_heart_stops_expires(client, reserve):
    run = reserve(TVS, heartbeat_timeout_sec=1)
    eventually(lambda: ask("GET", f"/runs/{run['id']}")["state"] == "expired", seconds=60)
    assert client.heartbeat(run["id"])["state"] == "expired"
    reserve(TVS)


@pytest.mark.parametrize(("policy", "state"), [("complete", "completed"), ("cancel", "cancelled")])
def test_clean_up_ends_the_run(client, reserve, policy, state):
    from gridfleet_testkit import register_run_cleanup

    run = reserve(TVS)
    thread = client.start_heartbeat(run["id"])
    register_run_cleanup(client, run["id"], thread, on_exit=policy)()
    assert not thread.is_alive()
    assert ask("GET", f"/runs/{run['id']}")["state"] == state


def test_a_device_that_was_not_prepared_leaves_its_run(client, reserve, devices):
    run = reserve({**PHONES, "count": 2})
    lost, kept = run["devices"]
    answer = client.report_preparation_failure(run["id"], lost["device_id"], "no app on it")
    assert answer["state"] == "preparing"
    entries = {entry["device_id"]: entry for entry in answer["reserved_devices"]}
    assert entries[lost["device_id"]]["excluded"]
    assert entries[lost["device_id"]]["exclusion_reason"] == "no app on it"
    assert not entries[kept["device_id"]]["excluded"]
    row = ask("GET", f"/devices/{lost['device_id']}")
    assert row["hold"] == "maintenance"
    assert row["health_summary"]["healthy"] is False

    stranger = next(row for row in devices.values() if row["id"] not in entries)
    with refused(409):
        client.report_preparation_failure(run["id"], stranger["id"], "not ours")
    with refused(409):
        client.report_preparation_failure(run["id"], kept["device_id"], "  ")
    with refused(409):
        client.report_preparation_failure(NOBODY, kept["device_id"], "no run")
    silent = client.report_preparation_failure(
        NOBODY, kept["device_id"], "no run", suppress_errors=True
    )
    assert silent is None


@pytest.mark.since((0, 8))
def test_a_device_that_rests_too_often_goes_into_maintenance(client, reserve):
    run = reserve(TVS)
    device_id = run["devices"][0]["device_id"]
    for count in (1, 2):
        rest = client.cooldown_device(run["id"], device_id, reason="flaky", ttl_seconds=60)
        assert (rest["status"], rest["cooldown_count"]) == ("cooldown_set", count)
        until = datetime.fromisoformat(rest["excluded_until"])
        assert timedelta(seconds=50) < until - datetime.now(timezone.utc) <= timedelta(seconds=60)
    for count in (3, 4):
        rest = client.cooldown_device(run["id"], device_id, reason="flaky", ttl_seconds=60)
        assert rest == {"status": "maintenance_escalated", "cooldown_count": count, "threshold": 3}
    client.complete_run(run["id"])
    assert ask("GET", f"/devices/{device_id}")["hold"] == "maintenance"


@pytest.mark.since((0, 8))
def test_a_rest_has_bounds(client, reserve, devices):
    run = reserve(TVS)
    device_id = run["devices"][0]["device_id"]

    def rest(run_id=run["id"], device=device_id, reason="flaky", ttl_seconds=60):
        return client.cooldown_device(run_id, device, reason=reason, ttl_seconds=ttl_seconds)

    with refused(422) as answer:
        rest(ttl_seconds=3601)
    assert "ttl_seconds must be <=" in answer.error["message"]
    for wrong in ({"ttl_seconds": 0}, {"reason": ""}, {"reason": "x" * 201}):
        with refused(422):
            rest(**wrong)
    with refused(409):
        rest(reason="   ")
    with refused(409):
        rest(device=devices["phone-1"]["id"])
    for unknown in ({"run_id": NOBODY}, {"device": NOBODY}):
        with refused(404):
            rest(**unknown)
    client.complete_run(run["id"])
    with refused(409):
        rest()


def test_availability_tells_beforehand(client, reserve):
    asked = "/availability?platform_id=android_tv&count=1"
    assert ask("GET", asked) == {
        "available": True,
        "requested": 1,
        "matched": 1,
        "platform_id": "android_tv",
    }
    reserve(TVS)
    assert ask("GET", asked)["available"] is False


def test_a_reserved_device_is_listed_as_such(client, reserve):
    reserve(TVS)
    held = [plain(row)["connection_target"] for row in client.list_devices(status="reserved")]
    assert held == ["10.0.0.8:5555"]
