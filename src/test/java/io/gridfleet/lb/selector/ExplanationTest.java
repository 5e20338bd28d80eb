package io.gridfleet.lb.selector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The explanation of a selector that matches no device, or fewer than expected. */
final class ExplanationTest {
  private static final List<Explanation.Candidate> LAB =
      List.of(
          device("iphone-1", Map.of("os", "ios", "os_version", "17.4", "model", "iPhone 15")),
          device(
              "iphone-2",
              Map.of("os", "ios", "os_version", "16.2", "model", "iPhone 14"),
              "maintenance",
              "locked"),
          device("pixel", Map.of("os", "android", "os_version", "14", "model", "Pixel 8")),
          device("beta", Map.of("os", "android", "os_version", "Vanilla", "model", "Pixel 9")));

  private static Explanation.Candidate device(
      String id, Map<String, Object> attributes, String... inhibitors) {
    return new Explanation.Candidate(id, Attributes.of(attributes), List.of(inhibitors));
  }

  private static Explanation explain(String text) {
    return Explanation.of(Selector.parse(text), LAB);
  }

  @Test
  void theTableCanBeRead() {
    assertThat(explain("os:ios model:\"iPhone 51\",model:Pixel* os_version:>15").table())
        .isEqualTo(
            """
            selector  model:["iphone 51",pixel*] os:ios os_version:>15
            devices   4, 0 match, 0 available

            MATCHES  TERM
                  2  os:ios
                  2  model:["iphone 51",pixel*]
                  0    model:"iphone 51"  (devices have iPhone 15, iPhone 14, Pixel 8, Pixel 9)
                  2    model:pixel*
                  2  os_version:>15

            DEVICE    VERDICT
            iphone-1  not matching: model:["iphone 51",pixel*]
            iphone-2  not matching: model:["iphone 51",pixel*]
            pixel     not matching: os:ios
            beta      not matching: os:ios

            nearest   without model:["iphone 51",pixel*] there would be 2, 1 of them available
            warning   os_version is not a version on [beta], so os_version:>15 can't match there
            """);
  }

  @Test
  void matchingDevicesAreListedWithTheirInhibitors() {
    Explanation explanation = explain("os:ios");
    assertThat(explanation.matching()).isEqualTo(2);
    assertThat(explanation.available()).isEqualTo(1);
    assertThat(explanation.inhibitorCounts()).isEqualTo(Map.of("maintenance", 1, "locked", 1));
    assertThat(explanation.nearestMiss()).isNull();
    assertThat(explanation.table()).contains("iphone-2  maintenance, locked");
  }

  @Test
  void aKeyThatNoDeviceHasGivesTheNearestKeys() {
    assertThat(explain("os_verion:17").warnings())
        .containsExactly("no device has the key os_verion: did you mean os_version?");
    assertThat(explain("deviceType:ios").warnings().get(0)).contains("device_type");
  }

  @Test
  void aKeyWithoutANearOneGivesTheExistingKeys() {
    for (String key : List.of("colour", "hostname")) {
      assertThat(explain(key + ":red").warnings())
          .singleElement()
          .asString()
          .startsWith("no device has the key " + key + "; keys that exist: ")
          .contains("model, ", "os_version")
          .doesNotContain("did you mean");
    }
  }

  @Test
  void devicesThatLackTheKeyAreCounted() {
    List<Explanation.Candidate> browsers =
        List.of(
            device("one", Map.of("browserName", "chrome")),
            device("two", Map.of("browserName", "chrome")),
            device("three", Map.of("browserName", "firefox", "browserVersion", "140")));
    assertThat(
            Explanation.of(Selector.parse("browserName:chrome browserVersion:156"), browsers)
                .warnings())
        .containsExactly("2 devices that match otherwise have no browserVersion");
    assertThat(
            Explanation.of(
                    Selector.parse("browserName:chrome browserVersion:156"), browsers.subList(0, 2))
                .warnings())
        .containsExactly(
            "no device has the key browserVersion; keys that exist: browser, browser_name, browserName");
  }

  @Test
  void thereIsNoNearestMissIfTwoTermsExclude() {
    assertThat(explain("model:x os_version:99").nearestMiss()).isNull();
  }

  @Test
  void ofManyDevicesTheNearestAreListed() {
    assertThat(explain("os:ios").toPlainObject(1).get("devices"))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
        .hasSize(1)
        .first()
        .asString()
        .contains("iphone-1");
  }

  @Test
  void aUdidIsANameFirstAndThenASelector() {
    Attributes adb = Attributes.of(Map.of("udid", "model:5555", "host", "h1"));
    Attributes pixel = Attributes.of(Map.of("udid", "p", "model", "5555"));
    Selector name = Selector.ofUdid("MODEL:5555", asked -> asked.matches(adb), List.of());
    assertThat(name.matches(adb)).isTrue();
    assertThat(name.matches(pixel)).isFalse();
    Selector selector = Selector.ofUdid("model:5555", asked -> false, List.of());
    assertThat(selector.matches(pixel)).isTrue();
    assertThat(Selector.named("model:5555@H1").matches(adb)).isTrue();
    assertThat(Selector.named("model:5555@h2").matches(adb)).isFalse();
    assertThat(Selector.ofUdid("nobody", asked -> false, List.of()).matches(adb)).isFalse();
  }
}
