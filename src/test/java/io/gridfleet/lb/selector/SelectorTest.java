package io.gridfleet.lb.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The public behaviour of a selector. */
final class SelectorTest {
  private static final Attributes PHONE =
      Attributes.of(
          Map.of(
              "device_type",
              "ios",
              "os_version",
              "17.4",
              "model",
              "iPhone 15",
              "geos",
              List.of("Mountain View, US"),
              "carriers",
              List.of("Sprint", "WiFi"),
              "tag",
              Map.of("team", "checkout"),
              "battery_level",
              80,
              "udid",
              "192.168.1.9:5555",
              "display_secure",
              true));

  private static boolean matches(String selector) {
    return Selector.parse(selector).matches(PHONE);
  }

  @Test
  void theVendorsExamplesAreRead() {
    assertThat(matches("os_version:>9 geos:\"Mountain View, US\"")).isTrue();
    assertThat(matches("(device_skus: \"firefox\", geos: \"Mountain View, US\")")).isTrue();
    assertThat(matches("{'sku':'Moto X','geo':'Mountain View','carrier':['Sprint','WiFi']}"))
        .isFalse();
    assertThat(matches("{'geo':'Mountain View','carrier':['Sprint','WiFi']}")).isTrue();
    assertThat(matches("")).isTrue();
  }

  @Test
  void valuesAreComparedByTheirKind() {
    assertThat(matches("os_version:17 -os_version:=17 os_version:=17.4.0 os_version:>9.1"))
        .isTrue();
    assertThat(matches("battery_level:>9 battery_level:80.0 battery_level:70..80")).isTrue();
    assertThat(matches("DISPLAY_SECURE:TRUE team:checkout tag.team:CHECK*")).isTrue();
    assertThat(matches("-serial_number:* udid:192.168.1.9:5555 model:/^iphone \\d+$/")).isTrue();
    assertThat(matches("missing:x")).isFalse();
    assertThat(matches("missing:!=x")).isTrue();
  }

  /** Devices share equal values. */
  @Test
  void aNumberAndItsTextStayApartOnAllDevices() {
    List<Object> list = new ArrayList<>(List.of(7, "x"));
    Selector asked = Selector.parse("a:7.0");
    for (Object number : List.of(7, list)) {
      assertThat(asked.matches(Attributes.of(Map.of("a", "7")))).isFalse();
      assertThat(asked.matches(Attributes.of(Map.of("a", List.of("7", "x"))))).isFalse();
      assertThat(asked.matches(Attributes.of(Map.of("a", number)))).isTrue();
    }
    list.set(0, 8);
    assertThat(asked.matches(Attributes.of(Map.of("a", list)))).isFalse();
    assertThat(asked.matches(Attributes.of(Map.of("a", List.of(7, "x"))))).isTrue();
  }

  @Test
  void anErrorShowsThePlace() {
    assertThatThrownBy(() -> Selector.parse("model:x os_version:>abc"))
        .isInstanceOfSatisfying(
            SelectorException.class,
            error -> {
              assertThat(error.line()).isEqualTo(1);
              assertThat(error.column()).isEqualTo(21);
            })
        .hasMessageStartingWith("No matched devices were found");
  }

  @Test
  void equivalentSelectorsHaveTheSameNormalForm() {
    Selector one = Selector.parse("model:X  device_type:ios");
    assertThat(Selector.of(Map.of("device_type", "iOS", "model", "x"))).isEqualTo(one);
    assertThat(Selector.parse(one.normalForm())).isEqualTo(one);
    assertThat(one.normalForm()).isEqualTo("device_type:ios model:x");
  }

  @Test
  void patternsTogetherHaveABound() {
    String one = "model:*" + "ab".repeat(50) + "%d ";
    Selector.parse(numbered(one, 5));
    assertThatThrownBy(() -> Selector.parse(numbered(one, 6)))
        .hasMessageContaining("at most 512 characters behind a * in all values with wildcards");
    assertThat(Selector.parse(numbered("model:Galaxy%d* ", 200)).work())
        .as("a prefix is compared once")
        .isEqualTo(800);
  }

  @Test
  void expressionsTogetherHaveABoundWhenRepetitionsAreWrittenOut() {
    Selector.parse("model:/x{1,100}/");
    assertThatThrownBy(() -> Selector.parse("model:/[ab]c{100}d{1}(xyzuvwabcdef){100}/"))
        .hasMessageContaining("repetitions");
    assertThatThrownBy(() -> Selector.parse("model:/(abcdefghij){90}/"))
        .hasMessageContaining("at most 256 instructions together");
  }

  @Test
  void workAddsUp() {
    Selector one = Selector.parse("model:*abc os:ios");
    assertThat(one.and(Selector.parse("a:1")).work())
        .isEqualTo(one.work() + Selector.parse("b:2").work());
  }

  private static String numbered(String text, int times) {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < times; i++) {
      all.append(text.replace("%d", String.valueOf(i)));
    }
    return all.toString();
  }
}
