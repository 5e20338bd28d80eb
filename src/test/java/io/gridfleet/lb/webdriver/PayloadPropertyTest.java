package io.gridfleet.lb.webdriver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Properties of all payloads. */
final class PayloadPropertyTest {
  @Property(tries = 500)
  void eachCandidateIsAlwaysMatchAndOneEntry(
      @ForAll("sets") Map<String, Object> always,
      @ForAll("entries") List<Map<String, Object>> first) {
    List<Map<String, Object>> disjoint = new ArrayList<>();
    for (Map<String, Object> entry : first) {
      Map<String, Object> copy = new LinkedHashMap<>();
      entry.forEach((name, value) -> copy.put("first" + name, value));
      disjoint.add(copy);
    }
    NewSessionPayload payload = parse(always, disjoint);
    assertThat(payload.candidates()).hasSize(Math.max(1, first.size()));
    for (int i = 0; i < first.size(); i++) {
      Map<String, Object> both = new LinkedHashMap<>(always);
      both.putAll(disjoint.get(i));
      assertThat(payload.candidates().get(i)).isEqualTo(Capabilities.of(both));
    }
  }

  @Property(tries = 300)
  void aNameInBothPlacesIsRefusedByName(@ForAll("sets") Map<String, Object> always) {
    if (always.isEmpty()) {
      return;
    }
    String name = always.keySet().iterator().next();
    assertThatThrownBy(() -> parse(always, List.of(Map.of(), Map.of(name, "x"))))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("'" + name + "'")
        .hasMessageContaining("firstMatch[1]");
  }

  @Property(tries = 500)
  void whatANodeIsSentReadsBackTheSame(@ForAll("sets") Map<String, Object> always) {
    NewSessionPayload payload = parse(always, List.of());
    Capabilities chosen = payload.candidates().get(0);
    assertThat(NewSessionPayload.parse(payload.bodyFor(List.of(chosen.asMap()))).candidates())
        .containsExactly(chosen);
  }

  @Property(tries = 500)
  void whatANodeIsSentOfSeveralSetsReadsBackTheSame(
      @ForAll("sets") Map<String, Object> common,
      @ForAll("entries") List<Map<String, Object>> entries) {
    List<Map<String, Object>> sets = new ArrayList<>();
    for (Map<String, Object> entry : entries) {
      Map<String, Object> set = new LinkedHashMap<>(common);
      set.putAll(entry);
      sets.add(set);
    }
    sets.add(common);
    NewSessionPayload payload = parse(Map.of(), List.of());
    assertThat(NewSessionPayload.parse(payload.bodyFor(sets)).candidates())
        .containsExactlyElementsOf(sets.stream().distinct().map(Capabilities::of).toList());
  }

  @Property(tries = 2000)
  void anyBytesAreReadOrRefusedInTheProtocol(@ForAll byte[] body) {
    try {
      assertThat(NewSessionPayload.parse(body).candidates()).isNotEmpty();
    } catch (ProtocolException e) {
      assertThat(e.error().code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
      assertThat(Json.object(Json.bytes(e.error().body()))).containsOnlyKeys("value");
    }
  }

  @Property(tries = 1000)
  void aDamagedPayloadIsReadOrRefusedInTheProtocol(
      @ForAll("sets") Map<String, Object> always, @ForAll int place, @ForAll byte damage) {
    byte[] body = body(always, List.of());
    body[Math.floorMod(place, body.length)] = damage;
    anyBytesAreReadOrRefusedInTheProtocol(body);
  }

  @Provide
  Arbitrary<Map<String, Object>> sets() {
    return Arbitraries.maps(names(), values()).ofMaxSize(5).map(LinkedHashMap::new);
  }

  @Provide
  Arbitrary<List<Map<String, Object>>> entries() {
    return sets().list().ofMaxSize(4);
  }

  private static Arbitrary<String> names() {
    return Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(6).map(name -> "v:" + name);
  }

  private static Arbitrary<Object> values() {
    Arbitrary<Object> scalars =
        Arbitraries.oneOf(
            Arbitraries.strings().ofMaxLength(8).filter(PayloadPropertyTest::isEncodable),
            Arbitraries.integers(),
            Arbitraries.bigDecimals().map(number -> number.add(new java.math.BigDecimal("0.5"))),
            Arbitraries.of(true, false));
    return Arbitraries.oneOf(
        scalars,
        scalars.list().ofMaxSize(3).map(list -> list),
        Arbitraries.maps(names(), scalars).ofMaxSize(3).map(map -> map));
  }

  private static boolean isEncodable(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  private static NewSessionPayload parse(Map<String, Object> always, List<?> first) {
    return NewSessionPayload.parse(body(always, first));
  }

  private static byte[] body(Map<String, Object> always, List<?> first) {
    return Json.bytes(Map.of("capabilities", Map.of("alwaysMatch", always, "firstMatch", first)));
  }
}
