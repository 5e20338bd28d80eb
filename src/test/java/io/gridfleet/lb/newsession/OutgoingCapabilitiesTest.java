package io.gridfleet.lb.newsession;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class OutgoingCapabilitiesTest {
  private final Device phone = Devices.phone("");

  @Test
  void whatIsOursNeverReachesANode() {
    Capabilities sent =
        sent(
            "{'platformName':'iOS','gridfleet:selector':'os:>9','GridFleet:TestName':'t',"
                + "'appium:gridfleet:tag:team':'x','Appium:Platform':'ios_real',"
                + "'appium:device_type':'phone','SE:remoteUrl':'http://lab/v0/secret/wd/hub',"
                + "'appium:options':{'gridfleet:priority':1,'platform':'p','device_type':'d',"
                + "'app':'/a.ipa'},'appium:noReset':true}",
            phone);

    assertThat(sent.asMap())
        .containsOnlyKeys(
            "platformName", "appium:options", "appium:noReset", "appium:udid", "appium:deviceName")
        .containsEntry("appium:options", Map.of("app", "/a.ipa"));
  }

  @Test
  void aNodeGetsOursThatItIsConfiguredToGet() {
    Device asking =
        Devices.phone(
            Devices.node(
                "http://h:1", "", Set.of("gridfleet:testname", "appium:platform", "se:remoteurl")),
            Map.of(),
            Map.of());

    assertThat(
            sent(
                    "{'gridfleet:testName':'t','gridfleet:selector':'x','appium:platform':'p',"
                        + "'se:remoteUrl':'u'}",
                    asking)
                .names())
        .contains("gridfleet:testName", "appium:platform", "se:remoteUrl")
        .doesNotContain("gridfleet:selector");
  }

  @Test
  void theUdidIsTheDevicesOwnHoweverItWasAsked() {
    for (String asked :
        List.of(
            "{'appium:udid':'model: \\'x\\''}".replace("\\'", ""),
            "{'udid':'x','appium:UDID':'y'}",
            "{'appium:options':{'udid':'z','appium:udid':'y'},'appium:udid':'x'}",
            "{}")) {
      Capabilities sent = sent(asked, phone);
      assertThat(sent.get("appium:udid")).isEqualTo("00008030-001D");
      assertThat(sent.asMap().toString()).containsOnlyOnce("udid");
    }
  }

  @Test
  void aBrowserSeatHasNoUdidAndIsAskedForItsBrowser() {
    Device seat = Devices.seat("http://127.0.0.1:9515");

    assertThat(sent("{'appium:udid':'seat-1'}", seat).asMap())
        .isEqualTo(Map.of("browserName", "chrome"));
    assertThat(sent("{'browserName':'Chrome'}", seat).asMap())
        .isEqualTo(Map.of("browserName", "Chrome"));
    assertThat(sent("{'browserName':''}", seat).get("browserName")).isEqualTo("chrome");
  }

  @Test
  void aMissingDeviceNameBecomesTheUdid() {
    assertThat(sent("{}", phone).get("appium:deviceName")).isEqualTo("00008030-001D");
    assertThat(sent("{'appium:deviceName':' '}", phone).get("appium:deviceName"))
        .isEqualTo("00008030-001D");
    assertThat(sent("{'appium:deviceName':'mine'}", phone).get("appium:deviceName"))
        .isEqualTo("mine");
    assertThat(sent("{'appium:options':{'deviceName':'mine'}}", phone).has("appium:deviceName"))
        .isFalse();
  }

  @Test
  void theDevicesOwnCapabilitiesWin() {
    Device set =
        Devices.phone(
            Devices.node("http://h:1", "", Set.of()),
            Map.of(
                "appium:wdaLocalPort", 8101, "goog:chromeOptions", Map.of("binary", "/opt/chrome")),
            Map.of());

    Capabilities sent =
        sent(
            "{'Appium:wdaLocalPort':1,'appium:options':{'wdaLocalPort':2,'app':'a'},"
                + "'goog:chromeOptions':{'binary':'/mine','args':['--headless']}}",
            set);

    assertThat(sent.getIgnoringCase("appium:wdaLocalPort")).isEqualTo(8101);
    assertThat(sent.get("appium:options")).isEqualTo(Map.of("app", "a"));
    assertThat(sent.get("goog:chromeOptions"))
        .isEqualTo(Map.of("binary", "/opt/chrome", "args", List.of("--headless")));
  }

  @Test
  void theClientWinsOverDefaults() {
    Device set =
        Devices.phone(
            Devices.node("http://h:1", "", Set.of()),
            Map.of(),
            Map.of(
                "appium:noReset",
                true,
                "appium:language",
                "en",
                "appium:locale",
                "US",
                "goog:chromeOptions",
                Map.of("binary", "/opt/chrome", "w3c", true)));

    Capabilities sent =
        sent(
            "{'appium:noreset':false,'appium:options':{'language':'de'},"
                + "'goog:chromeOptions':{'binary':'/mine'}}",
            set);

    assertThat(sent.asMap())
        .containsEntry("appium:noreset", false)
        .doesNotContainKey("appium:noReset")
        .doesNotContainKey("appium:language")
        .containsEntry("appium:locale", "US")
        .containsEntry("goog:chromeOptions", Map.of("binary", "/mine", "w3c", true));
  }

  @Test
  void theBodyIsOneMergedSetWithTheOtherMembersBesideIt() {
    NewSessionPayload payload =
        payload(
            "{'capabilities':{'alwaysMatch':{'platformName':'iOS'},'firstMatch':"
                + "[{'appium:app':'1'},{'appium:app':'2'}]},'vendor:auth':{'k':1}}");

    Map<String, Object> body = Json.object(OutgoingCapabilities.body(payload, 1, phone));

    assertThat(Json.text(body))
        .isEqualTo(
            ("{'capabilities':{'alwaysMatch':{'platformName':'iOS','appium:app':'2',"
                    + "'appium:udid':'00008030-001D','appium:deviceName':'00008030-001D'},"
                    + "'firstMatch':[{}]},'vendor:auth':{'k':1}}")
                .replace('\'', '"'));
  }

  @Test
  void aLegacyAskIsSentAsW3c() {
    NewSessionPayload payload =
        payload("{'desiredCapabilities':{'platformName':'iOS','udid':'x','noReset':true}}");

    String body = new String(OutgoingCapabilities.body(payload, 0, phone), UTF_8);

    assertThat(body)
        .contains("\"appium:noReset\":true", "\"appium:udid\":\"00008030-001D\"", "alwaysMatch")
        .doesNotContain("desiredCapabilities");
  }

  private static Capabilities sent(String candidate, Device device) {
    Map<String, Object> members = Json.object(candidate.replace('\'', '"'));
    return OutgoingCapabilities.merged(Capabilities.of(members), device);
  }

  private static NewSessionPayload payload(String body) {
    return NewSessionPayload.parse(body.replace('\'', '"').getBytes(UTF_8));
  }
}
