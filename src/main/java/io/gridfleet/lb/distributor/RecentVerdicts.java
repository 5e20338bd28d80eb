package io.gridfleet.lb.distributor;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Verdicts that were told just now, for the next who asks the same: a thousand requests whose time
 * is up in one second don't look at ten thousand devices each. Guarded by the distributor's lock.
 */
final class RecentVerdicts {
  /** What a client is told of the lab may be as old as this. */
  private static final Duration FRESH = Duration.ofSeconds(1);

  /** A lab asks few different questions; more than these aren't worth memory. */
  private static final int MOST = 256;

  private record Told(Instant at, Verdicts verdicts) {
    boolean isFresh(Instant now) {
      return !now.isBefore(at) && now.isBefore(at.plus(FRESH));
    }
  }

  private final Map<List<Question>, Told> told = new HashMap<>();

  /** The verdicts for an order; devices that failed it already make it unlike all others. */
  Verdicts of(Order order, Instant now, Collection<Seat> seats) {
    if (!order.preference().failed().isEmpty()) {
      return asked(order, now, seats);
    }
    Told known = told.get(order.questions());
    if (known != null && known.isFresh(now)) {
      return known.verdicts();
    }
    Verdicts fresh = asked(order, now, seats);
    if (told.size() >= MOST) {
      told.clear();
    }
    told.put(order.questions(), new Told(now, fresh));
    return fresh;
  }

  private static Verdicts asked(Order order, Instant now, Collection<Seat> seats) {
    return Verdicts.of(seats.stream().map(seat -> Inhibitors.best(seat, order, now)).toList());
  }
}
