package io.gridfleet.lb.selector;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The key layouts and values that the devices of one inventory share: parsed once, and in the
 * processor's cache while thousands of devices are evaluated. Bounded; what is evicted is created
 * again. Who builds an inventory owns its tables. Thread-safe.
 */
public final class AttributeTables {
  /** Labs have a handful. */
  private static final int MAX_LAYOUTS = 1000;

  /** Rare ones (ids, serials) are evicted first. */
  private static final int MAX_VALUES = 4096;

  private static final int MAX_LISTS = 1024;

  /** A longer text, or list, is rarely shared. */
  private static final int MAX_SHARED_CHARACTERS = 64;

  private static final int MAX_SHARED_MEMBERS = 8;

  private final Cache<Set<String>, KeyLayout> layouts =
      Caffeine.newBuilder().maximumSize(MAX_LAYOUTS).build();

  private final Cache<Object, Value> values = Caffeine.newBuilder().maximumSize(MAX_VALUES).build();

  private final Cache<List<?>, Value> lists = Caffeine.newBuilder().maximumSize(MAX_LISTS).build();

  /** The layout of these keys, folded all. */
  KeyLayout layout(Set<String> names) {
    KeyLayout known = layouts.getIfPresent(names);
    return known != null ? known : layouts.get(Set.copyOf(names), KeyLayout::new);
  }

  /** A text, number or boolean. */
  Value single(Object raw) {
    return isShared(raw) ? values.get(raw, Value::read) : Value.read(raw);
  }

  /** Null for a list without members to compare with. */
  @Nullable Value list(List<?> raw) {
    boolean shared =
        raw.size() <= MAX_SHARED_MEMBERS && raw.stream().allMatch(AttributeTables::isShared);
    return shared
        ? lists.get(List.copyOf(raw), members -> Value.list(members, this))
        : Value.list(raw, this);
  }

  private static boolean isShared(@Nullable Object raw) {
    return raw instanceof String text
        ? text.length() <= MAX_SHARED_CHARACTERS
        : raw instanceof Integer || raw instanceof Boolean;
  }
}
