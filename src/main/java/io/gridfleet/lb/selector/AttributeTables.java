package io.gridfleet.lb.selector;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The key layouts, plans and values that the devices of one inventory share: parsed once, and in
 * the processor's cache while thousands of devices are evaluated. Bounded; what was displaced is
 * created again. Who builds an inventory owns its tables. Thread-safe.
 */
public final class AttributeTables {
  /** Labs have a handful. */
  private static final int MAX_LAYOUTS = 1000;

  /** A power of two. */
  private static final int MAX_PLANS = 1024;

  private static final int PAIRS_OF_VALUES = 2048;

  private static final int PAIRS_OF_LISTS = 512;

  /** A longer text, or list, is rarely shared. */
  private static final int MAX_SHARED_CHARACTERS = 64;

  private static final int MAX_SHARED_MEMBERS = 8;

  private final Cache<Set<String>, KeyLayout> layouts =
      Caffeine.newBuilder().maximumSize(MAX_LAYOUTS).executor(Runnable::run).build();

  /** By a hash of their keys. A race between two threads creates a plan twice, without harm. */
  private final @Nullable AttributePlan[] plans = new AttributePlan[MAX_PLANS];

  private final ValueTable values = new ValueTable(PAIRS_OF_VALUES);

  private final ValueTable lists = new ValueTable(PAIRS_OF_LISTS);

  private final ValueTable places = new ValueTable(PAIRS_OF_LISTS);

  /** The plan for devices with these keys. */
  AttributePlan plan(GivenValues given) {
    int at = (given.hash() ^ (given.hash() >>> 16)) & (plans.length - 1);
    AttributePlan known = plans[at];
    if (known != null && known.isOf(given)) {
      return known;
    }
    AttributePlan created = new AttributePlan(given, this::layout);
    plans[at] = created;
    return created;
  }

  /** The layout of these keys, folded all. */
  private KeyLayout layout(Set<String> names) {
    KeyLayout known = layouts.getIfPresent(names);
    return known != null ? known : layouts.get(Set.copyOf(names), KeyLayout::new);
  }

  /** A text, number or boolean. */
  Value single(Object raw) {
    Value known = isShared(raw) ? values.get(raw, Value::read) : null;
    return known == null ? Value.read(raw) : known;
  }

  /** Null for a list without members to compare with. */
  @Nullable Value list(List<?> raw) {
    return areShared(raw)
        ? lists.get(raw, members -> Value.list(List.copyOf((List<?>) members), this))
        : Value.list(raw, this);
  }

  /** The value of places, with their cities. */
  Value places(List<Object> raws) {
    Value known = areShared(raws) ? places.get(raws, all -> Aliases.placesOf(raws, this)) : null;
    return known == null ? Aliases.placesOf(raws, this) : known;
  }

  private static boolean areShared(List<?> members) {
    if (members.size() > MAX_SHARED_MEMBERS) {
      return false;
    }
    for (Object member : members) {
      if (!isShared(member)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isShared(@Nullable Object raw) {
    return raw instanceof String text
        ? text.length() <= MAX_SHARED_CHARACTERS
        : raw instanceof Integer || raw instanceof Boolean;
  }
}
