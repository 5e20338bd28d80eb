package io.gridfleet.lb.run;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A run's requirement: devices of one platform.
 *
 * @param osVersion compared exactly
 * @param tags all must be equal on the device
 * @param groups the device must be in all of them
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

  /** The number of devices. */
  public sealed interface Amount {
    int atLeast();

    int atMost();
  }

  /** A fixed number of devices. */
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

  /** All free devices, if there are enough. */
  public record AllAvailable(int atLeast) implements Amount {
    @Override
    public int atMost() {
      return Integer.MAX_VALUE;
    }
  }

  /** Returns the amount in the terms of the API: {@code count=2} or {@code min_count=1}. */
  public String amountText() {
    return amount instanceof Exactly exactly
        ? "count=" + exactly.count()
        : "min_count=" + amount.atLeast();
  }
}
