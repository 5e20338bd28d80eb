package io.gridfleet.lb.run;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a run asks for: devices of one platform.
 *
 * @param osVersion exactly this one
 * @param tags each of them must be equal on the device
 * @param groups the device must be in each of them
 */
public record Requirement(
    String packId,
    String platformId,
    Optional<String> osVersion,
    Amount amount,
    Map<String, String> tags,
    Set<String> groups) {
  public Requirement {
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    groups = Collections.unmodifiableSet(new TreeSet<>(groups));
  }

  /** How many devices. */
  public sealed interface Amount {
    int atLeast();

    int atMost();
  }

  /** So many, no fewer and no more. */
  public record Exactly(int count) implements Amount {
    @Override
    public int atLeast() {
      return count;
    }

    @Override
    public int atMost() {
      return count;
    }
  }

  /** All there are, if there are enough. */
  public record AllAvailable(int atLeast) implements Amount {
    @Override
    public int atMost() {
      return Integer.MAX_VALUE;
    }
  }

  /** The amount as people and suites know it: {@code count=2} or {@code min_count=1}. */
  public String amountText() {
    return amount instanceof Exactly exactly
        ? "count=" + exactly.count()
        : "min_count=" + amount.atLeast();
  }
}
