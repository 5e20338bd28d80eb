package io.gridfleet.lb.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Maps of a known size, in the order of their keys: a large lab keeps 100 000 of a few members. */
final class SmallMaps {
  private SmallMaps() {}

  static <V extends @Nullable Object> Map<String, V> create(int size) {
    return new LinkedHashMap<>(size + size / 2 + 1);
  }

  /** The map without room for more; it must not be changed afterwards. */
  static <V extends @Nullable Object> Map<String, V> unmodifiable(Map<String, V> map) {
    if (map.size() != 1) {
      return Collections.unmodifiableMap(map);
    }
    Map.Entry<String, V> only = map.entrySet().iterator().next();
    return Collections.singletonMap(only.getKey(), only.getValue());
  }
}
