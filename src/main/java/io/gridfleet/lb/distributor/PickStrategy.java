package io.gridfleet.lb.distributor;

import io.gridfleet.lb.distributor.fleet.DeviceState;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The strategy that picks one of the free devices that fit. */
public interface PickStrategy {

  /** Returns its name in {@code gridfleet:deviceStrategy}. */
  String name();

  /** Starts one pick. */
  Pick begin();

  /** One pick among devices that are offered one after another. */
  interface Pick {
    /** Returns the better of the best device so far and a further one. */
    DeviceState better(DeviceState best, DeviceState other);
  }

  /** Orders by configured rank, recent failures, sessions on the node, id; deterministic. */
  PickStrategy RANKED = new Ranked();

  /** Returns a strategy that picks any device with equal probability. */
  static PickStrategy random(RandomGenerator randomness) {
    return new Randomly(randomness);
  }

  /** Returns the strategy of a name, ignoring case. */
  static Optional<PickStrategy> named(String name, RandomGenerator randomness) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "ranked" -> Optional.of(RANKED);
      case "random" -> Optional.of(random(randomness));
      default -> Optional.empty();
    };
  }

  /** Picks by an order in which no two devices are equal. */
  final class Ranked implements PickStrategy {
    private Ranked() {}

    @Override
    public String name() {
      return "ranked";
    }

    @Override
    public Pick begin() {
      return (best, other) -> compare(best, other) <= 0 ? best : other;
    }

    /** By hand: a chain of comparators takes most of the time of a pick among thousands. */
    private static int compare(DeviceState one, DeviceState other) {
      int order = Integer.compare(one.rank(), other.rank());
      if (order == 0) {
        order = Integer.compare(one.recentFailures(), other.recentFailures());
      }
      if (order == 0) {
        order = Integer.compare(one.nodeSessions().count(), other.nodeSessions().count());
      }
      if (order == 0) {
        order = Long.compare(one.idStart(), other.idStart());
      }
      return order == 0 ? one.device().id().compareTo(other.device().id()) : order;
    }
  }

  /** Picks by reservoir sampling with a reservoir of one. */
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
