package io.gridfleet.lb.selector;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One value made ready for comparing, once: folded text with its hash, number, version; or a list
 * of such. Both attributes of devices and operands of selectors are values.
 */
final class Value {
  /** A longer number is text. */
  private static final int MAX_DIGITS = 64;

  private static final Value[] NONE = {};

  /** As it was given: for people, and for regular expressions (composed, with its case). */
  final Object raw;

  final String text;
  final int hash;
  final @Nullable BigDecimal number;

  /** The number again: most comparisons end here. */
  final double approximate;

  /** Null until it is asked for first; several threads that ask at once each parse it. */
  @SuppressWarnings("NullableOptional") // tens of thousands of values, most of them never asked
  private @Nullable Optional<VersionValue> version;

  /** Given as a number, not as a text that reads like one: {@code 7} equals 7.0, "7" doesn't. */
  final boolean numeric;

  /** The members of a list, or of an object (none to compare with); null for a single value. */
  final Value @Nullable [] members;

  /** A single value; the text is folded already. */
  private Value(Object raw, String text) {
    this.raw = raw;
    this.text = text;
    this.hash = text.hashCode();
    this.number = decimal(text);
    this.approximate = number == null ? Double.NaN : number.doubleValue();
    this.numeric = raw instanceof Number && number != null;
    this.members = null;
  }

  private Value(Object raw, Value[] members) {
    this.raw = raw;
    this.text = "";
    this.hash = 0;
    this.number = null;
    this.approximate = Double.NaN;
    this.version = Optional.empty();
    this.numeric = false;
    this.members = members;
  }

  static Value ofText(String text) {
    return new Value(CaseFolding.composed(text), CaseFolding.text(text));
  }

  /** An operand of a selector, which the reader has folded. */
  static Value ofFolded(String text) {
    return new Value(text, text);
  }

  /** A single value or a list; null for null, an empty list and an empty object: absent. */
  static @Nullable Value of(@Nullable Object raw, AttributeTables tables) {
    if (raw == null) {
      return null;
    }
    if (raw instanceof Map<?, ?> map) {
      return map.isEmpty() ? null : new Value(raw, NONE);
    }
    if (raw instanceof List<?> list) {
      return tables.list(list);
    }
    return raw instanceof Collection<?> || raw.getClass().isArray()
        ? list(raw, tables)
        : tables.single(raw);
  }

  /** The members of a collection or an array; null without any. */
  static @Nullable Value list(Object raw, AttributeTables tables) {
    List<Value> members = new ArrayList<>();
    gather(raw, members, tables, 0);
    return members.isEmpty() ? null : new Value(raw, members.toArray(NONE));
  }

  /** Whether it was given as an object: its members are values of their own, by dotted keys. */
  boolean isObject() {
    return raw instanceof Map;
  }

  /** The members of a list, itself if it is single; nothing of an object. */
  List<Value> singles() {
    return members == null ? List.of(this) : List.of(members);
  }

  static Value ofMembers(Object raw, List<Value> members) {
    return new Value(raw, members.toArray(NONE));
  }

  private static void gather(Object raw, List<Value> members, AttributeTables tables, int depth) {
    if (depth > Attributes.MAX_DEPTH) {
      return;
    }
    if (raw instanceof Collection<?> list) {
      list.forEach(
          member -> {
            if (member != null) {
              gather(member, members, tables, depth + 1);
            }
          });
    } else if (raw.getClass().isArray()) {
      for (int i = 0; i < Array.getLength(raw); i++) {
        Object member = Array.get(raw, i);
        if (member != null) {
          gather(member, members, tables, depth + 1);
        }
      }
    } else if (!(raw instanceof Map<?, ?>)) {
      members.add(tables.single(raw));
    }
  }

  /** A single value. */
  static Value read(Object raw) {
    if (raw instanceof String text) {
      return ofText(text);
    }
    if (raw instanceof Double || raw instanceof Float) {
      double number = ((Number) raw).doubleValue();
      String text = raw.toString();
      return new Value(raw, CaseFolding.text(Double.isFinite(number) ? plain(text) : text));
    }
    return new Value(raw, CaseFolding.text(raw.toString()));
  }

  private static String plain(String decimal) {
    String plain = new BigDecimal(decimal).stripTrailingZeros().toPlainString();
    return plain.length() > MAX_DIGITS ? decimal : plain;
  }

  /** Digits with at most one point and a sign, and an exponent of at most three digits. */
  private static @Nullable BigDecimal decimal(String text) {
    int length = text.length();
    if (length == 0 || length > MAX_DIGITS || text.charAt(length - 1) > '9') {
      return null;
    }
    int digits = 0;
    int points = 0;
    int i = text.charAt(0) == '-' || text.charAt(0) == '+' ? 1 : 0;
    for (; i < length && text.charAt(i) != 'e'; i++) {
      char c = text.charAt(i);
      if (c == '.') {
        points++;
      } else if (c >= '0' && c <= '9') {
        digits++;
      } else {
        return null;
      }
    }
    return digits > 0 && points <= 1 && exponent(text, i) ? new BigDecimal(text) : null;
  }

  private static boolean exponent(String text, int at) {
    if (at == text.length()) {
      return true;
    }
    int i = at + 1;
    if (i < text.length() && (text.charAt(i) == '-' || text.charAt(i) == '+')) {
      i++;
    }
    int digits = text.length() - i;
    for (; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return digits >= 1 && digits <= 3;
  }

  /**
   * The value as a version, if it is one. Few keys are compared as versions, and ids that begin
   * with a digit have many parts.
   */
  @Nullable VersionValue version() {
    Optional<VersionValue> known = version;
    if (known == null) {
      known = Optional.ofNullable(VersionValue.parse(text));
      version = known;
    }
    return known.orElse(null);
  }

  /** With its case, for regular expressions. */
  String written() {
    return raw instanceof String written ? written : text;
  }

  boolean sameText(Value other) {
    return hash == other.hash && text.equals(other.text);
  }

  boolean sameNumber(Value other) {
    return approximate == other.approximate
        && number != null
        && other.number != null
        && number.compareTo(other.number) == 0;
  }

  /** Negative, zero, positive as numbers are ordered; both must be numbers. */
  static int compareNumbers(Value one, Value other) {
    int order = Double.compare(one.approximate, other.approximate);
    if (order != 0 || one.number == null || other.number == null) {
      return order;
    }
    return one.number.compareTo(other.number);
  }
}
