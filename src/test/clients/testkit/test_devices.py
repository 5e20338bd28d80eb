import pytest

from conftest import NOBODY, ask, plain, refused


def targets(rows):
    return {plain(row)["connection_target"] for row in rows}


def test_the_list_is_the_lab(client):
    assert targets(client.list_devices()) == {*(f"phone-{n}" for n in range(1, 7)), "10.0.0.8:5555"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"platform_id": "android_tv"}, {"10.0.0.8:5555"}),
        ({"connection_target": "phone-2"}, {"phone-2"}),
        ({"identity_value": "phone-3"}, {"phone-3"}),
        ({"os_version": "12"}, {"10.0.0.8:5555"}),
        ({"connection_type": "network"}, {"10.0.0.8:5555"}),
        ({"search": "PHONE 4"}, {"phone-4"}),
        ({"pack_id": "appium-xcuitest"}, set()),
    ],
)
def test_the_list_can_be_filtered(client, asked, found):
    assert targets(client.list_devices(**asked)) == found


@pytest.mark.before((0, 15))
def test_the_list_can_be_filtered_by_tags(client):
    assert targets(client.list_devices(tags={"bench": "a", "screen_type": "4k"})) == {"phone-1"}


@pytest.mark.since((0, 15))
def test_the_list_can_be_filtered_by_groups(client):
    assert targets(client.list_devices(groups=["lounge"])) == {"10.0.0.8:5555"}


def test_a_filter_that_cannot_be_is_refused(client):
    with refused(422):
        client.list_devices(status="asleep")


def test_a_row_says_what_suites_read(client, devices):
    row = plain(client.get_device(devices["phone-1"]["id"]))
    assert row["name"] == "Phone 1"
    assert row["connection_target"] == row["identity_value"] == "phone-1"
    assert (row["pack_id"], row["platform_id"]) == ("appium-uiautomator2", "android_mobile")
    assert (row["manufacturer"], row["model"], row["os_version"]) == ("Google", "Pixel 8", "14")
    assert (row["device_type"], row["connection_type"]) == ("real_device", "usb")
    assert row["operational_state"] == "available"


def test_a_device_that_nobody_knows_is_not_found(client):
    with refused(404) as answer:
        client.get_device(NOBODY)
    assert answer.error["code"] == "NOT_FOUND"
    assert answer.error["request_id"]


def test_an_id_that_is_none_is_a_validation_error(client):
    with refused(422) as answer:
        client.get_device("phone-1")
    assert answer.error["code"] == "VALIDATION_ERROR"


@pytest.mark.before((0, 13))
def test_a_device_is_found_by_what_its_session_says(client, devices):
    row = client.get_device_by_connection_target("10.0.0.8:5555")
    assert row["name"] == "TV 1"
    assert row["id"] == row["device_id"] == devices["10.0.0.8:5555"]["id"]
    assert client.resolve_device_id_by_connection_target("phone-2") == devices["phone-2"]["id"]
    with refused(404):
        client.get_device_by_connection_target("no/such:target")


@pytest.mark.before((0, 13))
def test_the_config_comes_as_it_was_written(client):
    assert client.get_device_config("phone-1") == {"app_username": "ann", "ip": "10.0.0.8"}
    assert client.get_device_config("10.0.0.8:5555") == {}
    with refused(404):
        client.get_device_config("nobody")


@pytest.mark.before((0, 13))
def test_the_capabilities_name_the_device(client, devices):
    device_id = devices["phone-1"]["id"]
    capabilities = client.get_device_capabilities(device_id)
    assert capabilities["appium:udid"] == "phone-1"
    assert capabilities["appium:gridfleet:deviceId"] == device_id
    assert {"platformName", "appium:deviceName", "appium:automationName"} <= capabilities.keys()
    with refused(404):
        client.get_device_capabilities(NOBODY)


def test_test_data_is_replaced_and_merged(client, devices):
    device_id = devices["phone-5"]["id"]
    try:
        written = {"user": {"name": "ann", "age": 7}, "list": [1, 2]}
        assert client.replace_device_test_data(device_id, written) == written
        assert client.get_device_test_data(device_id) == written
        merged = client.merge_device_test_data(device_id, {"user": {"age": None}, "list": [3]})
        assert merged == {"user": {"name": "ann", "age": None}, "list": [3]}
        assert client.get_device_test_data(device_id) == merged
    finally:
        assert client.replace_device_test_data(device_id, {}) == {}


def test_test_data_has_bounds(client, devices):
    with refused(422):
        client.replace_device_test_data(devices["phone-5"]["id"], {"long": "x" * 65_536})
    with refused(422):
        client.replace_device_test_data(devices["phone-5"]["id"], ["not", "an", "object"])
    with refused(404):
        client.get_device_test_data(NOBODY)


def test_the_catalog_has_the_documented_platforms(client):
    packs = client.get_driver_pack_catalog()["packs"]
    platforms = {
        platform["id"]: (platform["appium_platform_name"], platform["automation_name"])
        for pack in packs
        if pack["state"] == "enabled"
        for platform in pack["platforms"]
    }
    assert platforms == {
        "android_mobile": ("Android", "UiAutomator2"),
        "android_tv": ("Android", "UiAutomator2"),
        "firetv_real": ("Android", "UiAutomator2"),
        "ios": ("iOS", "XCUITest"),
        "tvos": ("tvOS", "XCUITest"),
        "roku_network": ("roku", "Roku"),
    }


def test_maintenance_is_seen_in_the_list(client, devices):
    device_id = devices["phone-6"]["id"]
    ask("POST", f"/devices/{device_id}/maintenance", {})
    try:
        assert targets(client.list_devices(status="maintenance")) == {"phone-6"}
    finally:
        ask("POST", f"/devices/{device_id}/maintenance/exit")
    assert "phone-6" in targets(client.list_devices(status="available"))
