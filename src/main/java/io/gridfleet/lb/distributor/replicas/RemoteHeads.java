package io.gridfleet.lb.distributor.replicas;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.fleet.DeviceState;
import io.gridfleet.lb.distributor.fleet.SlotTable;
import io.gridfleet.lb.distributor.queue.MatchResults;
import io.gridfleet.lb.distributor.queue.QuestionQueue;
import io.gridfleet.lb.distributor.queue.Waiter;
import io.gridfleet.lb.distributor.queue.WaitingRequests;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The heads of other replicas' queues as published by them, to yield a device to a request that has
 * waited longer there. Guarded by the distributor's lock.
 *
 * <p>The question of a head is matched against the devices without the lock before the head counts;
 * the results are kept in a {@link QuestionQueue} as those of local requests, which the head uses
 * as long as it is known. During the matching, newer signals of the same queue may arrive; signals
 * are numbered, and only the newest counts.
 *
 * <p>Heads may be stale: one to which a device was yielded without its taking it doesn't count for
 * this device until its replica publishes it again, and one that isn't repeated is removed after
 * {@link #EXPIRES_AFTER}.
 */
public final class RemoteHeads {
  /**
   * Replicas repeat their heads every ten seconds; after three missed repeats a head is removed.
   */
  static final Duration EXPIRES_AFTER = Duration.ofSeconds(30);

  /** A queue of another replica, by the number that the replica gave it. */
  private record Place(String replica, int line) {}

  /** The head of another replica's queue. */
  private static final class Head {
    private final Place place;
    private final PlacementRequest.QueuePosition turn;
    private final QuestionQueue queue;

    /** Devices on which the request failed already, as its replica says. */
    private final Set<DeviceId> failed;

    /** When the last signal of the head was received; the head expires by it. */
    private final Instant received;

    /** Devices that were yielded to the head and that it didn't take. */
    private final Set<DeviceId> missed = new HashSet<>();

    Head(
        Place place,
        PlacementRequest.QueuePosition turn,
        QuestionQueue queue,
        Set<DeviceId> failed,
        Instant received) {
      this.place = place;
      this.turn = turn;
      this.queue = queue;
      this.failed = failed;
      this.received = received;
    }

    /** Whether the device may be yielded to the head. */
    boolean wants(DeviceState state, Instant now) {
      return !missed.contains(state.device().id())
          && !failed.contains(state.device().id())
          && queue.fits(state)
          && state.admits(queue.question(), now);
    }
  }

  private static final Comparator<Head> BY_TURN =
      Comparator.comparing((Head head) -> head.turn)
          .thenComparing(head -> head.place.replica())
          .thenComparingInt(head -> head.place.line());

  private final Map<Place, Head> heads = new HashMap<>();

  /** The values of {@link #heads} in the order of their positions. */
  private final TreeSet<Head> ordered = new TreeSet<>(BY_TURN);

  /** The number of the newest signal of a queue, while its question is matched. */
  private final Map<Place, Long> asking = new HashMap<>();

  private final WaitingRequests waiting;
  private final SlotTable fleet;
  private long signals;

  public RemoteHeads(WaitingRequests waiting, SlotTable fleet) {
    this.waiting = waiting;
    this.fleet = fleet;
  }

  /** Returns whether no other replica is known to have a waiting request. */
  boolean isEmpty() {
    return heads.isEmpty();
  }

  /**
   * Registers a signal of a head, whose question the caller matches before it calls {@link #waits}.
   * Until then the previous head of the queue counts.
   *
   * @return the number of the signal
   */
  public long register(FleetSignal.Waits signal) {
    asking.put(place(signal), ++signals);
    return signals;
  }

  /** Returns whether no newer signal of the queue has arrived since. */
  public boolean isNewest(FleetSignal.Waits signal, long number) {
    return Long.valueOf(number).equals(asking.get(place(signal)));
  }

  /** Drops a signal because too much matching is pending; its replica repeats it. */
  public void drop(FleetSignal.Waits signal, long number) {
    asking.remove(place(signal), number);
  }

  /** Replaces the head of a queue, unless a newer signal has arrived meanwhile. */
  public void waits(
      FleetSignal.Waits signal,
      long number,
      QuestionText.Asked asked,
      MatchResults answers,
      Instant now) {
    Place place = place(signal);
    if (asking.remove(place, number)) {
      remove(place);
      PlacementRequest.QueuePosition turn =
          new PlacementRequest.QueuePosition(signal.priority(), signal.since(), 0);
      QuestionQueue queue = waiting.join(asked.question(), fleet.states(), answers);
      Head head = new Head(place, turn, queue, asked.failed(), now);
      heads.put(place, head);
      ordered.add(head);
    }
  }

  /** Removes the head of a queue that is empty, or whose question can't be read here. */
  public void noneWaits(String replica, int number) {
    Place place = new Place(replica, number);
    asking.remove(place);
    remove(place);
  }

  private static Place place(FleetSignal.Waits signal) {
    return new Place(signal.replica(), signal.line());
  }

  /** Removes the head of a queue and its use of the question. */
  private void remove(Place place) {
    Head known = heads.remove(place);
    if (known != null) {
      ordered.remove(known);
      waiting.part(known.queue);
    }
  }

  /** Removes heads that their replicas don't repeat. */
  public void removeExpired(Instant now) {
    Instant before = now.minus(EXPIRES_AFTER);
    heads.values().stream()
        .filter(head -> head.received.isBefore(before))
        .map(head -> head.place)
        .toList()
        .forEach(this::remove);
  }

  /**
   * The other replicas that go before a request.
   *
   * @param replicas the number of replicas with a request that goes before it
   * @param received when the latest of their signals was received
   */
  public record Ahead(int replicas, Instant received) {
    static final Ahead NONE = new Ahead(0, Instant.MIN);
  }

  /** Returns the other replicas with an older request that fits the device. */
  Ahead ahead(Waiter waiter, DeviceState state, Instant now) {
    Set<String> replicas = new HashSet<>();
    Instant received = Instant.MIN;
    for (Head head : ordered) {
      if (!head.turn.isWellBefore(waiter.placement().turn())) {
        break;
      }
      if (!replicas.contains(head.place.replica()) && head.wants(state, now)) {
        replicas.add(head.place.replica());
        received = head.received.isAfter(received) ? head.received : received;
      }
    }
    return new Ahead(replicas.size(), received);
  }

  /**
   * Marks the device as missed by all heads before this request: it was yielded and none took it.
   *
   * @return whether there were any
   */
  public boolean markMissed(Waiter waiter, DeviceState state, Instant now) {
    boolean any = false;
    for (Head head : ordered) {
      if (!head.turn.isWellBefore(waiter.placement().turn())) {
        break;
      }
      if (head.wants(state, now)) {
        head.missed.add(state.device().id());
        any = true;
      }
    }
    return any;
  }
}
