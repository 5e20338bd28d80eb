package io.gridfleet.lb.config;

import io.gridfleet.lb.config.Yaml.Mapping;
import io.gridfleet.lb.config.Yaml.Scalar;
import io.gridfleet.lb.config.Yaml.Sequence;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * YAML as plain JSON values by the core schema of YAML 1.2: {@code no} is a text (a country, a
 * carrier) and {@code 17.10} keeps its zero.
 */
final class PlainValues {
  private static final Pattern WHOLE = Pattern.compile("-?(?:0|[1-9][0-9]*)");

  private static final Pattern DECIMAL =
      Pattern.compile("-?(?:0|[1-9][0-9]*)\\.[0-9]+(?:[eE][+-]?[0-9]{1,3})?");

  private PlainValues() {}

  static @Nullable Object of(Yaml node) {
    if (node instanceof Mapping mapping) {
      Map<String, @Nullable Object> members = SmallMaps.create(mapping.members().size());
      mapping.members().forEach((key, member) -> members.put(key, of(member.value())));
      return SmallMaps.unmodifiable(members);
    }
    if (node instanceof Sequence sequence) {
      List<@Nullable Object> items = new ArrayList<>();
      sequence.items().forEach(item -> items.add(of(item)));
      return items.contains(null) ? Collections.unmodifiableList(items) : List.copyOf(items);
    }
    return scalar((Scalar) node);
  }

  private static @Nullable Object scalar(Scalar scalar) {
    String text = scalar.text();
    if (!scalar.plain()) {
      return text;
    }
    if (scalar.isNull()) {
      return null;
    }
    if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
      return Boolean.valueOf(text);
    }
    if (WHOLE.matcher(text).matches()) {
      return whole(new BigInteger(text));
    }
    return DECIMAL.matcher(text).matches() ? new BigDecimal(text) : text;
  }

  private static Number whole(BigInteger value) {
    if (value.bitLength() < Integer.SIZE) {
      return value.intValue();
    }
    return value.bitLength() < Long.SIZE ? (Number) value.longValue() : value;
  }
}
