package io.gridfleet.lb.distributor;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** How one of the devices that could serve is picked. */
public interface PickStrategy {

  /** What {@code gridfleet:deviceStrategy} calls it. */
  String name();

  /** Begins one pick. */
  Pick begin();

  /** One pick among seats that are offered in turn. */
  interface Pick {
    /** The better one of the best so far and a further seat. */
    DeviceState better(DeviceState best, DeviceState other);
  }

  /** By configured rank, recent failures, sessions on its node, id: always the same answer. */
  PickStrategy RANKED = new Ranked();

  /** Any of them, all alike. */
  static PickStrategy random(RandomGenerator randomness) {
    return new Randomly(randomness);
  }

  /** The strategy of a name, without regard to case. */
  static Optional<PickStrategy> named(String name, RandomGenerator randomness) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "ranked" -> Optional.of(RANKED);
      case "random" -> Optional.of(random(randomness));
      default -> Optional.empty();
    };
  }

  /** Picks by an order in which no two seats are equal. */
  final class Ranked implements PickStrategy {
    private static final Comparator<DeviceState> ORDER =
        Comparator.comparingInt(DeviceState::rank)
            .thenComparingInt(DeviceState::recentFailures)
            .thenComparingInt(state -> state.nodeSessions().count())
            .thenComparingLong(DeviceState::idStart)
            .thenComparing(state -> state.device().id());

    private Ranked() {}

    @Override
    public String name() {
      return "ranked";
    }

    @Override
    public Pick begin() {
      return (best, other) -> ORDER.compare(best, other) <= 0 ? best : other;
    }
  }

  /** Picks by a reservoir of one. */
  final class Randomly implements PickStrategy {
    private final RandomGenerator randomness;

    private Randomly(RandomGenerator randomness) {
      this.randomness = randomness;
    }

    @Override
    public String name() {
      return "random";
    }

    @Override
    public Pick begin() {
      int[] offered = {1};
      return (best, other) -> randomness.nextInt(++offered[0]) == 0 ? other : best;
    }
  }
}
