package io.gridfleet.lb.webdriver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CapabilitiesTest {
  @Test
  void namesAreFoundWithoutRegardToCaseAndTheExactOneFirst() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("gridfleet:newcommandtimeout", 1);
    members.put("gridfleet:newCommandTimeout", 2);
    Capabilities both = Capabilities.of(members);
    assertThat(both.getIgnoringCase("gridfleet:newCommandTimeout")).isEqualTo(2);
    assertThat(both.getIgnoringCase("GRIDFLEET:NEWCOMMANDTIMEOUT")).isEqualTo(1);
    assertThat(both.get("GRIDFLEET:NEWCOMMANDTIMEOUT")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"600", " 600 ", "600.0", "+600", "6e2", "0600"})
  void aStringThatReadsAsANumberIsOne(String text) {
    assertThat(Capabilities.of(Map.of("a:b", text)).number("a:B")).contains(600.0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ten", "NaN", "Infinity", "0x10", "1e999", "6d", "1 000"})
  void aStringThatDoesNotReadAsANumberIsRefusedByName(String text) {
    assertThatThrownBy(() -> Capabilities.of(Map.of("a:b", text)).number("a:b"))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("'a:b' must be a number");
  }

  @Test
  void numbersThatNoDoubleHoldsAreRefused() {
    Capabilities huge = Capabilities.of(Map.of("a:b", new BigDecimal("1e400")));
    assertThatThrownBy(() -> huge.number("a:b")).isInstanceOf(ProtocolException.class);
  }

  @Test
  void booleansAreReadFromTheirNames() {
    Capabilities given = Capabilities.of(Map.of("a:t", "True", "a:f", false, "a:n", 1, "a:w", "x"));
    assertThat(given.bool("a:t")).contains(true);
    assertThat(given.bool("a:f")).contains(false);
    assertThat(given.bool("a:missing")).isEmpty();
    assertThatThrownBy(() -> given.bool("a:n")).hasMessageContaining("a number");
    assertThatThrownBy(() -> given.bool("a:w")).hasMessageContaining("true or false");
  }

  @Test
  void textIsAnyScalar() {
    Capabilities given = Capabilities.of(Map.of("a", "x", "b", 156, "c", List.of()));
    assertThat(given.text("a")).contains("x");
    assertThat(given.text("b")).contains("156");
    assertThatThrownBy(() -> given.text("c")).hasMessageContaining("a list");
  }

  @Test
  void nestedObjectsReadTheSameWay() {
    Capabilities given = Capabilities.of(Map.of("appium:options", Map.of("udid", "x")));
    assertThat(given.nested("appium:options").text("UDID")).contains("x");
    assertThat(given.nested("appium:missing").names()).isEmpty();
  }

  @Test
  void aSetChangesNeitherThroughItsSourceNorThroughItsViews() {
    List<Object> list = new ArrayList<>(List.of(1));
    Map<String, Object> source = new HashMap<>(Map.of("a:b", list));
    Capabilities set = Capabilities.of(source);
    list.add(2);
    source.put("c", 3);
    assertThat(set.asMap()).isEqualTo(Map.of("a:b", List.of(1)));
    assertThatThrownBy(() -> set.asMap().put("x", 1))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> list(set).clear()).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void withAndWithoutMakeNewSetsInOrder() {
    Capabilities set = Capabilities.empty().with("a", 1).with("b", 2).with("c", 3);
    assertThat(set.with("a", 9).names()).containsExactly("a", "b", "c");
    assertThat(set.without("b"::equals).names()).containsExactly("a", "c");
    assertThat(set.without(name -> name.equals("a") || name.equals("c")).names())
        .containsExactly("b");
    assertThat(set.with(Capabilities.of(Map.of("b", 7))).get("b")).isEqualTo(7);
    assertThat(set.get("a")).isEqualTo(1);
  }

  @Test
  void itsTextShowsNoValue() {
    assertThat(Capabilities.of(Map.of("a:password", "hush")).toString())
        .contains("a:password")
        .doesNotContain("hush");
  }

  @Test
  void aSetHasSoManyNamesAndNoMore() {
    Map<String, Object> many = new LinkedHashMap<>();
    for (int i = 0; i <= 1000; i++) {
      many.put("a:" + i, i);
    }
    for (Map<String, Object> capabilities :
        List.of(
            Map.<String, Object>of("alwaysMatch", many),
            Map.<String, Object>of("firstMatch", List.of(Map.of(), many)),
            Map.<String, Object>of("alwaysMatch", Map.of("appium:options", many)))) {
      byte[] body = Json.bytes(Map.of("capabilities", capabilities));
      assertThatThrownBy(() -> NewSessionPayload.parse(body))
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("has 1001 names; it may have 1000");
    }
    byte[] legacy = Json.bytes(Map.of("desiredCapabilities", many));
    assertThatThrownBy(() -> NewSessionPayload.parse(legacy)).hasMessageContaining("1001 names");
  }

  private static List<?> list(Capabilities set) {
    return (List<?>) Objects.requireNonNull(set.get("a:b"));
  }
}
