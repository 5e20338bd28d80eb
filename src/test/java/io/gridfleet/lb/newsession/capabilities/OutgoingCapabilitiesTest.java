package io.gridfleet.lb.newsession.capabilities;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.newsession.TestDevices;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class OutgoingCapabilitiesTest {
  private final Device phone = TestDevices.phone("");

  @Test
  void gridfleetCapabilitiesAreNotForwarded() {
    Capabilities sent =
        sent(
            "{'platformName':'iOS','gridfleet:selector':'os:>9','GridFleet:TestName':'t',"
                + "'appium:gridfleet:tag:team':'x','Appium:Platform':'ios_real',"
                + "'appium:device_type':'phone','SE:remoteUrl':'http://lab/v0/secret/wd/hub',"
                + "'appium:options':{'gridfleet:priority':1,'platform':'p','device_type':'d',"
                + "'app':'/a.ipa'},'appium:noReset':true}",
            phone);

    assertThat(sent.asMap())
        .containsOnlyKeys("platformName", "appium:options", "appium:noReset", "appium:udid")
        .containsEntry("appium:options", Map.of("app", "/a.ipa"));
  }

  @Test
  void configuredCapabilitiesAreForwarded() {
    Device asking =
        TestDevices.phone(
            TestDevices.node(
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
  void theUdidIsTheDevicesOwnHoweverItWasRequested() {
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
  void aBrowserHasNoUdidAndItsNameIsSent() {
    Device state = TestDevices.state("http://127.0.0.1:9515");

    assertThat(sent("{'appium:udid':'slot-1'}", state).asMap())
        .isEqualTo(Map.of("browserName", "chrome"));
    assertThat(sent("{'browserName':'Chrome'}", state).asMap())
        .isEqualTo(Map.of("browserName", "Chrome"));
    assertThat(sent("{'browserName':''}", state).get("browserName")).isEqualTo("chrome");
  }

  @Test
  void aDeviceNameIsSetByTheClientOrTheNode() {
    assertThat(sent("{}", phone).has("appium:deviceName")).isFalse();
    assertThat(sent("{'appium:deviceName':' '}", phone).get("appium:deviceName")).isEqualTo(" ");
    assertThat(sent("{'appium:deviceName':'mine'}", phone).get("appium:deviceName"))
        .isEqualTo("mine");
    Device named =
        TestDevices.phone(
            TestDevices.node("http://h:1", "", Set.of()),
            Map.of(),
            Map.of("appium:deviceName", "bench 3"));
    assertThat(sent("{}", named).get("appium:deviceName")).isEqualTo("bench 3");
  }

  @Test
  void aDeviceNameThatTheDriverRequiresIsTheUdid() {
    for (String driver :
        List.of(
            "'appium:automationName':'TizenTV'",
            "'appium:options':{'automationName':'webOS'}",
            "'platformName':'LGTV'")) {
      assertThat(sent("{" + driver + "}", phone).get("appium:deviceName"))
          .isEqualTo("00008030-001D");
      assertThat(sent("{'appium:deviceName':' '," + driver + "}", phone).get("appium:deviceName"))
          .isEqualTo("00008030-001D");
      assertThat(sent("{'appium:deviceName':'tv'," + driver + "}", phone).get("appium:deviceName"))
          .isEqualTo("tv");
    }
    assertThat(
            sent("{'appium:options':{'deviceName':'tv','automationName':'webOS'}}", phone)
                .has("appium:deviceName"))
        .isFalse();
  }

  @Test
  void theDevicesOwnCapabilitiesWin() {
    Device set =
        TestDevices.phone(
            TestDevices.node("http://h:1", "", Set.of()),
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
        TestDevices.phone(
            TestDevices.node("http://h:1", "", Set.of()),
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

    Map<String, Object> body = Json.object(body(payload, phone, 1));

    assertThat(Json.text(body))
        .isEqualTo(
            ("{'capabilities':{'alwaysMatch':{'platformName':'iOS','appium:app':'2',"
                    + "'appium:udid':'00008030-001D'},"
                    + "'firstMatch':[{}]},'vendor:auth':{'k':1}}")
                .replace('\'', '"'));
  }

  @Test
  void candidatesThatFitAreSentInOrderWithWhatIsTheDevicesOwnInAlwaysMatch() {
    Device set =
        TestDevices.phone(
            TestDevices.node("http://h:1", "", Set.of()),
            Map.of("appium:wdaLocalPort", 8101, "goog:chromeOptions", Map.of("binary", "/b")),
            Map.of("appium:noReset", true));
    NewSessionPayload payload =
        payload(
            "{'capabilities':{'alwaysMatch':{'appium:app':'a'},'firstMatch':"
                + "[{'appium:udid':'mine','appium:wdaLocalPort':1,'platformName':'iOS'},"
                + "{'gridfleet:selector':'x','goog:chromeOptions':{'args':['-x']}},"
                + "{'appium:noReset':false}]}}");

    assertThat(new String(body(payload, set, 0, 1, 2), UTF_8))
        .isEqualTo(
            ("{'capabilities':{'alwaysMatch':{'appium:app':'a','appium:wdaLocalPort':8101,"
                    + "'appium:udid':'00008030-001D'},'firstMatch':"
                    + "[{'platformName':'iOS','appium:noReset':true,"
                    + "'goog:chromeOptions':{'binary':'/b'}},"
                    + "{'goog:chromeOptions':{'args':['-x'],'binary':'/b'},'appium:noReset':true},"
                    + "{'appium:noReset':false,'goog:chromeOptions':{'binary':'/b'}}]}}")
                .replace('\'', '"'));
  }

  @Test
  void candidatesThatDifferOnlyInGridfleetCapabilitiesAreSentAsOneSet() {
    NewSessionPayload payload =
        payload(
            "{'capabilities':{'firstMatch':[{'gridfleet:selector':'a','appium:udid':'x'},"
                + "{'gridfleet:selector':'b'}]}}");

    assertThat(new String(body(payload, phone, 0, 1), UTF_8))
        .endsWith("'firstMatch':[{}]}}".replace('\'', '"'));
  }

  @Test
  void aLegacyRequestIsSentAsW3c() {
    NewSessionPayload payload =
        payload("{'desiredCapabilities':{'platformName':'iOS','udid':'x','noReset':true}}");

    String body = new String(body(payload, phone, 0), UTF_8);

    assertThat(body)
        .contains("\"appium:noReset\":true", "\"appium:udid\":\"00008030-001D\"", "alwaysMatch")
        .doesNotContain("desiredCapabilities");
  }

  private static Capabilities sent(String candidate, Device device) {
    Map<String, Object> members = Json.object(candidate.replace('\'', '"'));
    return Capabilities.of(OutgoingCapabilities.merged(Capabilities.of(members), device));
  }

  private static byte[] body(NewSessionPayload payload, Device device, int... candidates) {
    return OutgoingCapabilities.body(
        payload, IntStream.of(candidates).mapToObj(payload.candidates()::get).toList(), device);
  }

  private static NewSessionPayload payload(String body) {
    return NewSessionPayload.parse(body.replace('\'', '"').getBytes(UTF_8));
  }
}
