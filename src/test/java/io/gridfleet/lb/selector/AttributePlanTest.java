package io.gridfleet.lb.selector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** A device that is built by the plan of others has the attributes that it would have alone. */
final class AttributePlanTest {
  private static final List<String> KEYS =
      List.of(
          "udid",
          "serial",
          "device_id",
          "geo",
          "geos",
          "tag",
          "Tags",
          "tag.geo",
          "tag.serial",
          "tags.a",
          "a",
          "a.b",
          "sku",
          "skus",
          "host",
          "os",
          "platformName",
          "Browser");

  private static final List<Object> VALUES =
      List.of(
          "p1",
          "Rome, IT",
          7,
          true,
          List.of("x", "Bern, CH"),
          List.of("x"),
          List.of(),
          Map.of(),
          Map.of("b", "c", "serial", "d"),
          List.of(Map.of("a", "b")));

  private final AttributeTables tables = new AttributeTables();

  @Provide
  Arbitrary<Map<String, Object>> devices() {
    return Arbitraries.maps(Arbitraries.of(KEYS), Arbitraries.of(VALUES)).ofMaxSize(8);
  }

  @Property(tries = 2000)
  void itHasTheAttributesThatTheMapOfItsValuesGives(@ForAll("devices") Map<String, Object> given) {
    Attributes device = Attributes.of(given, tables);
    assertThat(shown(device)).isEqualTo(MappedAttributes.of(given));
  }

  /** Two devices of the same keys: the second has the plan of the first. */
  @Property(tries = 500)
  void anotherDeviceOfTheSameKeysHasItsOwnValues(
      @ForAll("devices") Map<String, Object> first, @ForAll("devices") Map<String, Object> more) {
    Attributes.of(first, tables);
    Map<String, Object> second = new LinkedHashMap<>(first);
    second.replaceAll((key, value) -> more.getOrDefault(key, value));
    assertThat(shown(Attributes.of(second, tables))).isEqualTo(MappedAttributes.of(second));
  }

  private static Map<String, Object> shown(Attributes device) {
    Map<String, Object> shown = new TreeMap<>();
    device.keys().forEach(key -> shown.put(key, device.raw(key)));
    for (String key : List.of("geo", "geos")) {
      shown.computeIfPresent(
          key, (geo, raw) -> raw instanceof List<?> all ? all.stream().distinct().toList() : raw);
    }
    return shown;
  }

  @Test
  void devicesThatAreAlikeShareOnePlan() {
    AttributePlan plan = tables.plan(given("model", "Pixel 8", "geo", "Rome, IT"));
    assertThat(tables.plan(given("model", "Pixel 9", "geo", "Bern, CH"))).isSameAs(plan);
    assertThat(tables.plan(given("geo", "Rome, IT", "model", "Pixel 8"))).isNotSameAs(plan);
  }

  @Test
  void aDeviceWithAnObjectInPlaceOfATextHasAnotherPlan() {
    AttributePlan plan = tables.plan(given("serial", "s1", "model", "Pixel 8"));
    AttributePlan other = tables.plan(given("serial", Map.of("a", "b"), "model", "Pixel 8"));
    assertThat(other).isNotSameAs(plan);
    assertThat(plan.layout().names()).contains("udid");
    assertThat(other.layout().names()).doesNotContain("udid");
  }

  private GivenValues given(String first, Object one, String second, Object other) {
    GivenValues given = new GivenValues();
    given.add(first, Value.of(one, tables));
    given.add(second, Value.of(other, tables));
    return given;
  }

  /** The rules once more, by a map from keys to the values as they were written. */
  private static final class MappedAttributes {
    private final Map<String, Object> found = new LinkedHashMap<>();

    static Map<String, Object> of(Map<String, Object> given) {
      MappedAttributes mapped = new MappedAttributes();
      mapped.flatten("", given);
      for (String key : List.copyOf(mapped.found.keySet())) {
        if (key.matches("tags?\\..+")) {
          mapped.found.putIfAbsent(key.substring(key.indexOf('.') + 1), mapped.found.get(key));
        }
      }
      Map<String, Object> aliases = mapped.aliases();
      mapped.found.putAll(aliases);
      return new TreeMap<>(mapped.found);
    }

    private void flatten(String prefix, Map<?, ?> values) {
      values.forEach(
          (name, value) -> {
            String key = prefix + CaseFolding.text(name.toString());
            if (Value.of(value, new AttributeTables()) != null) {
              found.putIfAbsent(key, value);
              if (value instanceof Map<?, ?> nested) {
                flatten(key + ".", nested);
              }
            }
          });
    }

    private Map<String, Object> aliases() {
      Map<String, Object> aliases = new LinkedHashMap<>();
      Aliases.sources(found.keySet()).forEach((alias, of) -> aliases.put(alias, found.get(of)));
      List<Object> serials = members("device_id", "serial");
      if (!found.containsKey("udid") && !serials.isEmpty()) {
        aliases.put("udid", serials.size() == 1 ? serials.get(0) : serials);
      }
      List<Object> places = members("geos", "geo");
      if (!places.isEmpty()) {
        List<Object> distinct = places.stream().distinct().toList();
        aliases.put("geo", distinct);
        aliases.put("geos", distinct);
      }
      return aliases;
    }

    private List<Object> members(String one, String other) {
      List<Object> members = new ArrayList<>();
      for (Object value : new Object[] {found.get(one), found.get(other)}) {
        if (value instanceof List<?> list) {
          members.addAll(list);
        } else if (value != null && !(value instanceof Map)) {
          members.add(value);
        }
      }
      return members;
    }
  }
}
