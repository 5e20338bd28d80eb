import uuid

import pytest

from conftest import HTTP, NOBODY, ask, refused

SESSION = {"test_name": "test_by_hand", "requested_platform_id": "android_mobile"}


@pytest.mark.before((0, 12))
def test_a_session_is_told_of_once(client, devices):
    session_id = str(uuid.uuid4())
    first = client.register_session(
        session_id=session_id, device_id=devices["phone-3"]["id"], suppress_errors=False, **SESSION
    )
    again = client.register_session(
        session_id=session_id, **{**SESSION, "test_name": "other"}, suppress_errors=False
    )
    assert first == again
    assert (first["session_id"], first["status"]) == (session_id, "running")

    client.notify_session_finished(session_id, suppress_errors=False)
    ended = ask("GET", f"/sessions/{session_id}")
    assert ended["ended_at"]
    client.notify_session_finished(session_id, suppress_errors=False)
    assert ask("GET", f"/sessions/{session_id}")["ended_at"] == ended["ended_at"]

    told = client.update_session_status(session_id, "failed", suppress_errors=False)
    assert told["status"] == "failed"
    assert ask("GET", f"/sessions/{session_id}")["device_id"] == devices["phone-3"]["id"]


@pytest.mark.before((0, 12))
def test_a_session_that_never_was_is_kept_with_its_error(client):
    session_id = f"error-{uuid.uuid4()}"
    kept = client.register_session(
        session_id=session_id,
        status="error",
        error_type="SessionNotCreatedException",
        error_message="no device",
        suppress_errors=False,
        **SESSION,
    )
    assert kept["status"] == "error"
    assert kept["error_type"] == "SessionNotCreatedException"
    assert kept["started_at"] == kept["ended_at"]
    listed = ask("GET", "/sessions?status=error&limit=500")["items"]
    assert session_id in {row["session_id"] for row in listed}


@pytest.mark.before((0, 12))
def test_a_running_session_on_a_device_that_nobody_knows_is_refused(client):
    def tell(**more):
        return client.register_session(session_id=str(uuid.uuid4()), **more, **SESSION)

    with refused(404):
        tell(device_id=NOBODY, suppress_errors=False)
    with refused(422):
        tell(device_id="phone-1", suppress_errors=False)
    with refused(422):
        tell(status="asleep", suppress_errors=False)
    with refused(422):
        tell(requested_capabilities={"long": "x" * 32_768}, suppress_errors=False)
    assert tell(device_id=NOBODY) is None


@pytest.mark.before((0, 12))
def test_the_end_of_a_session_that_nobody_knows_is_refused(client):
    with refused(404):
        client.notify_session_finished("no-such-session", suppress_errors=False)
    assert client.notify_session_finished("no-such-session") is None


def test_the_status_of_a_session_that_nobody_knows_is_refused(client):
    with refused(404):
        client.update_session_status("no-such-session", "passed", suppress_errors=False)
    assert client.update_session_status("no-such-session", "passed") is None


def test_a_server_that_is_not_there_is_a_connection_error(client):
    client.base_url = "http://127.0.0.1:9/api"
    with pytest.raises(HTTP.HTTPError):
        client.list_devices()
    assert client.update_session_status("any", "passed") is None
