package io.gridfleet.lb.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

/** No secret is recorded, whatever its name and place, and what is recorded is bounded. */
final class RecordedCapabilitiesTest {
  private static final String SECRET = "hunter2-Xq7";

  private static RecordedCapabilities of(Map<String, Object> candidate) {
    return RecordedCapabilities.of(List.of(Capabilities.of(candidate)));
  }

  @Property(tries = 200)
  void aValueUnderAnyOtherNameIsNotRecorded(
      @ForAll @AlphaChars @StringLength(min = 1, max = 12) String vendor,
      @ForAll @AlphaChars @StringLength(min = 1, max = 12) String name) {
    Map<String, Object> nested = Map.of(name, SECRET, "list", List.of(Map.of("deep", SECRET)));
    RecordedCapabilities recorded =
        of(
            Map.of(
                vendor + "x:" + name + "Q",
                SECRET,
                vendor + "x:options",
                nested,
                "appium:options",
                Map.of(name + "Q", SECRET, "automationName", "UiAutomator2")));

    assertThat(Json.text(recorded.shown())).doesNotContain(SECRET).contains("UiAutomator2");
    assertThat(recorded.withoutSecrets("it was " + SECRET + ", twice: " + SECRET, 500))
        .isEqualTo("it was (not recorded), twice: (not recorded)");
  }

  @Test
  void wellKnownNamesAreShownWithAnyPrefixAndCase() {
    RecordedCapabilities recorded =
        of(
            Map.of(
                "platformName",
                "Android",
                "appium:DeviceName",
                "Pixel",
                "appium:gridfleet:tag:team",
                "payments",
                "appium:noReset",
                true,
                "gridfleet:selector",
                Map.of("model", "Pixel*")));

    assertThat(recorded.shown().get(0))
        .containsEntry("platformName", "Android")
        .containsEntry("appium:DeviceName", "Pixel")
        .containsEntry("appium:gridfleet:tag:team", "payments")
        .containsEntry("appium:noReset", true)
        .containsEntry("gridfleet:selector", Map.of("model", "Pixel*"));
  }

  @Test
  void anAddressHasNoUserAndNoQuery() {
    RecordedCapabilities recorded =
        of(Map.of("appium:app", "https://me:geheim@host:8080/a%20b.apk?sig=abcdef#part"));

    assertThat(recorded.shown().get(0)).containsEntry("appium:app", "https://host:8080/a%20b.apk");
    assertThat(recorded.withoutSecrets("can't load ?sig=abcdef of me:geheim", 500))
        .doesNotContain("abcdef", "geheim");
    assertThat(of(Map.of("appium:app", "https://me:geheim@host/ b")).shown().get(0))
        .containsEntry("appium:app", "(not recorded)");
  }

  @Test
  void whatIsRecordedIsBounded() {
    Map<String, Object> many = new LinkedHashMap<>();
    for (int i = 0; i < 5_000; i++) {
      many.put("vendor:" + "n".repeat(300) + i, "v".repeat(1_000) + i);
    }
    many.put("gridfleet:testName", "t".repeat(1_000_000));
    RecordedCapabilities recorded =
        RecordedCapabilities.of(List.of(Capabilities.of(many), Capabilities.of(many)));

    assertThat(Json.text(recorded.shown()).length()).isLessThan(20_000);
    assertThat(recorded.withoutSecrets("v".repeat(1_000) + 4_999, 1_000))
        .as("too many to look for")
        .isEqualTo("(not recorded)");
    RecordedCapabilities few = of(Map.of("vendor:x", SECRET));
    assertThat(few.withoutSecrets("x".repeat(100_000), 1_000)).hasSize(1_000);
  }

  @Test
  void aSecretIsNotKeptInItsJsonFormNorInPart() {
    String key = "-----BEGIN KEY-----\n\"abc\"" + "k".repeat(3_000);
    RecordedCapabilities recorded = of(Map.of("vendor:key", key));

    assertThat(recorded.withoutSecrets("caps " + Json.text(Map.of("key", key)), 8_000))
        .isEqualTo("caps {\"key\":\"(not recorded)\"}");
    assertThat(recorded.withoutSecrets("x".repeat(900) + key, 1_000)).doesNotContain("BEGIN");
    assertThat(recorded.withoutSecrets("bad key " + key.substring(0, 100) + "…", 1_000))
        .isEqualTo("bad key (not recorded)…");
  }
}
