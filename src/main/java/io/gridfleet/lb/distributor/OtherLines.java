package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.FleetSignal;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who waits first in the lines of other replicas, as they told; so that a device is left to a
 * request that has waited longer there. Guarded by the distributor's lock.
 *
 * <p>What was told may be out of date: a request that had its chance with a device and didn't take
 * it doesn't count for this device until its replica tells of it again, and what nobody repeats is
 * forgotten.
 */
final class OtherLines {
  /** Replicas repeat every ten seconds who waits; three times unheard is dead. */
  static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(30);

  private record Place(String replica, int line) {}

  /** The first request of a line of another replica. */
  private static final class Front {
    private final Place place;
    private final Order.Turn turn;
    private final QuestionText.Asked asked;
    private final Instant heard;
    private final Set<DeviceId> missed = new HashSet<>();

    Front(Place place, Order.Turn turn, QuestionText.Asked asked, Instant heard) {
      this.place = place;
      this.turn = turn;
      this.asked = asked;
      this.heard = heard;
    }

    boolean wants(Seat seat, Instant now) {
      return !missed.contains(seat.device().id())
          && !asked.failed().contains(seat.device().id())
          && seat.admits(asked.question(), now)
          && asked.question().fits(seat.device());
    }
  }

  private static final Comparator<Front> BY_TURN =
      Comparator.comparing((Front front) -> front.turn)
          .thenComparing(front -> front.place.replica())
          .thenComparingInt(front -> front.place.line());

  private final Map<Place, Front> fronts = new HashMap<>();
  private final TreeSet<Front> ordered = new TreeSet<>(BY_TURN);

  /** Whether nobody waits there, as far as is known. */
  boolean isEmpty() {
    return fronts.isEmpty();
  }

  void heard(FleetSignal told, Instant now) {
    if (told instanceof FleetSignal.Waits waits) {
      waits(waits, now);
    } else if (told instanceof FleetSignal.NoneWaits none) {
      remove(new Place(none.replica(), none.line()));
    }
  }

  private void waits(FleetSignal.Waits told, Instant now) {
    Place place = new Place(told.replica(), told.line());
    remove(place);
    QuestionText.read(told.question())
        .ifPresent(
            asked -> {
              Order.Turn turn = new Order.Turn(told.priority(), told.since(), 0);
              Front front = new Front(place, turn, asked, now);
              fronts.put(place, front);
              ordered.add(front);
            });
  }

  private void remove(Place place) {
    Front known = fronts.remove(place);
    if (known != null) {
      ordered.remove(known);
    }
  }

  /** Forgets what replicas told that don't repeat it. */
  void forgetOld(Instant now) {
    Instant before = now.minus(FORGOTTEN_AFTER);
    fronts.values().stream()
        .filter(front -> front.heard.isBefore(before))
        .map(front -> front.place)
        .toList()
        .forEach(this::remove);
  }

  /**
   * Who goes before a request.
   *
   * @param replicas how many have a request that goes before it
   * @param heard when one of them told of its request last
   */
  record Ahead(int replicas, Instant heard) {
    static final Ahead NOBODY = new Ahead(0, Instant.MIN);
  }

  /** Which other replicas have a request that has waited longer for such a seat. */
  Ahead ahead(Waiter waiter, Seat seat, Instant now) {
    Set<String> replicas = new HashSet<>();
    Instant heard = Instant.MIN;
    for (Front front : ordered) {
      if (!front.turn.isWellBefore(waiter.order().turn())) {
        break;
      }
      if (!replicas.contains(front.place.replica()) && front.wants(seat, now)) {
        replicas.add(front.place.replica());
        heard = front.heard.isAfter(heard) ? front.heard : heard;
      }
    }
    return new Ahead(replicas.size(), heard);
  }

  /**
   * The seat was left to those before this request, and none of them took it.
   *
   * @return whether there were any
   */
  boolean missedTheirChance(Waiter waiter, Seat seat, Instant now) {
    boolean any = false;
    for (Front front : ordered) {
      if (!front.turn.isWellBefore(waiter.order().turn())) {
        break;
      }
      if (front.wants(seat, now)) {
        front.missed.add(seat.device().id());
        any = true;
      }
    }
    return any;
  }
}
