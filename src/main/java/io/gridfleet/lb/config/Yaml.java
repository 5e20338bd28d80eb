package io.gridfleet.lb.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A YAML document as a tree that keeps the place of each value. */
sealed interface Yaml {
  SourceLocation place();

  /** The kind of the value, as error messages name it. */
  String kind();

  /**
   * A single value.
   *
   * @param plain whether it was written without quotes, so that it may be a number, a boolean, null
   */
  record Scalar(SourceLocation place, String text, boolean plain) implements Yaml {
    boolean isNull() {
      return plain && (text.isEmpty() || text.equals("~") || text.equalsIgnoreCase("null"));
    }

    @Override
    public String kind() {
      return "a single value";
    }
  }

  /** A list. */
  record Sequence(SourceLocation place, List<Yaml> items) implements Yaml {
    @Override
    public String kind() {
      return "a list";
    }
  }

  /**
   * Keys and values in the order they were written.
   *
   * @param members not changed by anybody afterwards
   */
  record Mapping(SourceLocation place, Map<String, Member> members) implements Yaml {
    public Mapping {
      members = Collections.unmodifiableMap(members);
    }

    static Mapping empty(SourceLocation place) {
      return new Mapping(place, Map.of());
    }

    Mapping with(String key, Member member) {
      Map<String, Member> more = new LinkedHashMap<>(members);
      more.put(key, member);
      return new Mapping(place, more);
    }

    @Override
    public String kind() {
      return "a section with keys";
    }
  }

  /** A value and the place of its key. */
  record Member(SourceLocation key, Yaml value) {}
}
