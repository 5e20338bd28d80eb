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
 * <p>What such a request asks is asked of the devices before it counts here, without the lock: the
 * answers are kept with those to the questions of this replica, in an {@link QuestionQueue} that
 * the first request of the other line uses as long as it is known. While a question is being asked,
 * newer signals of the same line may come; each signal has a number, and only the newest counts.
 *
 * <p>What was told may be out of date: a request that had its chance with a device and didn't take
 * it doesn't count for this device until its replica tells of it again, and what nobody repeats is
 * forgotten.
 */
final class RemoteHeads {
  /** Replicas repeat every ten seconds who waits; three times unheard is dead. */
  static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(30);

  private record Place(String replica, int line) {}

  /** The first request of a line of another replica. */
  private static final class Front {
    private final Place place;
    private final PlacementRequest.QueuePosition turn;
    private final QuestionQueue audience;
    private final Set<DeviceId> failed;
    private final Instant received;
    private final Set<DeviceId> missed = new HashSet<>();

    Front(
        Place place,
        PlacementRequest.QueuePosition turn,
        QuestionQueue audience,
        Set<DeviceId> failed,
        Instant heard) {
      this.place = place;
      this.turn = turn;
      this.audience = audience;
      this.failed = failed;
      this.received = heard;
    }

    boolean wants(DeviceState state, Instant now) {
      return !missed.contains(state.device().id())
          && !failed.contains(state.device().id())
          && audience.fits(state)
          && state.admits(audience.question(), now);
    }
  }

  private static final Comparator<Front> BY_TURN =
      Comparator.comparing((Front front) -> front.turn)
          .thenComparing(front -> front.place.replica())
          .thenComparingInt(front -> front.place.line());

  private final Map<Place, Front> fronts = new HashMap<>();

  /** The same as {@link #fronts}, those that go before first. */
  private final TreeSet<Front> ordered = new TreeSet<>(BY_TURN);

  /** The number of the newest signal of a line, while its question is being asked of devices. */
  private final Map<Place, Long> asking = new HashMap<>();

  private final WaitingRequests line;
  private final SlotTable fleet;
  private long signals;

  RemoteHeads(WaitingRequests line, SlotTable fleet) {
    this.line = line;
    this.fleet = fleet;
  }

  /** Whether nobody waits there, as far as is known. */
  boolean isEmpty() {
    return fronts.isEmpty();
  }

  /**
   * Another replica tells of the first request of a line: what it asks is to be asked of all
   * devices, and then {@link #waits} called. Until then what was told before counts.
   *
   * @return the number of the signal
   */
  long asks(FleetSignal.Waits told) {
    asking.put(place(told), ++signals);
    return signals;
  }

  /** Whether no newer signal of the line has come since. */
  boolean isNewest(FleetSignal.Waits told, long number) {
    return Long.valueOf(number).equals(asking.get(place(told)));
  }

  /** Too much is being asked: the signal is dropped, and its replica repeats it. */
  void notAsked(FleetSignal.Waits told, long number) {
    asking.remove(place(told), number);
  }

  /** The first request of a line counts from now on, unless a newer signal has come meanwhile. */
  void waits(
      FleetSignal.Waits told,
      long number,
      QuestionText.Asked asked,
      MatchResults answers,
      Instant now) {
    Place place = place(told);
    if (asking.remove(place, number)) {
      remove(place);
      PlacementRequest.QueuePosition turn =
          new PlacementRequest.QueuePosition(told.priority(), told.since(), 0);
      QuestionQueue audience = line.join(asked.question(), fleet.states(), answers);
      Front front = new Front(place, turn, audience, asked.failed(), now);
      fronts.put(place, front);
      ordered.add(front);
    }
  }

  /** Nobody waits in a line, or nobody whose question is understood here. */
  void noneWaits(String replica, int number) {
    Place place = new Place(replica, number);
    asking.remove(place);
    remove(place);
  }

  private static Place place(FleetSignal.Waits told) {
    return new Place(told.replica(), told.line());
  }

  /** The line's first request uses its question no more. */
  private void remove(Place place) {
    Front known = fronts.remove(place);
    if (known != null) {
      ordered.remove(known);
      line.part(known.audience);
    }
  }

  /** Forgets what replicas told that don't repeat it. */
  void forgetOld(Instant now) {
    Instant before = now.minus(FORGOTTEN_AFTER);
    fronts.values().stream()
        .filter(front -> front.received.isBefore(before))
        .map(front -> front.place)
        .toList()
        .forEach(this::remove);
  }

  /**
   * Who goes before a request.
   *
   * @param replicas how many have a request that goes before it
   * @param received when one of them told of its request last
   */
  record Ahead(int replicas, Instant received) {
    static final Ahead NOBODY = new Ahead(0, Instant.MIN);
  }

  /** Which other replicas have a request that has waited longer for such a seat. */
  Ahead ahead(Waiter waiter, DeviceState state, Instant now) {
    Set<String> replicas = new HashSet<>();
    Instant heard = Instant.MIN;
    for (Front front : ordered) {
      if (!front.turn.isWellBefore(waiter.placement().turn())) {
        break;
      }
      if (!replicas.contains(front.place.replica()) && front.wants(state, now)) {
        replicas.add(front.place.replica());
        heard = front.received.isAfter(heard) ? front.received : heard;
      }
    }
    return new Ahead(replicas.size(), heard);
  }

  /**
   * The seat was left to those before this request, and none of them took it.
   *
   * @return whether there were any
   */
  boolean missedTheirChance(Waiter waiter, DeviceState state, Instant now) {
    boolean any = false;
    for (Front front : ordered) {
      if (!front.turn.isWellBefore(waiter.placement().turn())) {
        break;
      }
      if (front.wants(state, now)) {
        front.missed.add(state.device().id());
        any = true;
      }
    }
    return any;
  }
}
