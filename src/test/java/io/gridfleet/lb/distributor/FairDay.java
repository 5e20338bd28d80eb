package io.gridfleet.lb.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.selector.Selector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;

/** Requests at several replicas on a virtual clock, and checks of their order. */
final class FairDay {
  static final Duration SECOND = Duration.ofSeconds(1);

  final VirtualTime time = new VirtualTime();
  final FakeDeviceLocks store = new FakeDeviceLocks(time);
  private final FakeWire wire;
  private final List<Asked> all = new ArrayList<>();
  private final List<Asked> served = new ArrayList<>();
  private final Set<Asked> over = new HashSet<>();

  /** Signals take {@link FakeWire#LATENCY}, and the store no time. */
  FairDay() {
    wire = new FakeWire(time);
  }

  /** Signals and the store have up to so much additional latency. */
  private FairDay(Random luck, Duration late) {
    wire = new FakeWire(time, luck, late);
  }

  /** A request, its replica and its result. */
  final class Asked {
    private final String name = "r" + (all.size() + 1);
    private final Instant arrived = time.instant();
    private final String model;
    private final int priority;
    private final Distributor.Wait wait;
    private Instant waitedUntil = Instant.MAX;
    private DeviceLock lock;

    private Asked(FakeWire.Replica replica, String model, int priority) {
      this.model = model;
      this.priority = priority;
      Question question =
          new Question(
              Selector.parse(model), Selector.everything(), Optional.empty(), Optional.empty());
      PlacementRequest request =
          new PlacementRequest(
              name,
              List.of(question),
              new PlacementRequest.QueuePosition(priority, arrived, all.size()),
              new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
              new Quota("lab", OptionalInt.empty()));
      wait = replica.distributor().place(request, Duration.ofHours(1));
      wait.outcome().thenAccept(this::answered);
    }

    private void answered(Placement placement) {
      waitedUntil = time.instant();
      if (placement instanceof Placement.Placed placed) {
        lock = placed.lock();
        served.add(this);
      }
    }

    boolean isServed() {
      return lock != null;
    }

    Instant servedAt() {
      return isServed() ? waitedUntil : Instant.MAX;
    }

    void endsAt(FakeWire.Replica replica) {
      over.add(this);
      replica.distributor().release(lock);
    }

    /** Its client leaves. */
    private void leaves() {
      wait.end(new Placement.Removed("left"));
    }

    private boolean fitsWhatWasGivenTo(Asked other) {
      return model.isEmpty() || model.equals("model:" + wire.nameOf(other.lock.device()));
    }

    /** Whether it waited a second longer for the other's device, and still waits. */
    private boolean wasOvertakenBy(Asked early) {
      Instant sinceASecond = arrived.plus(SECOND);
      boolean goesBefore =
          priority == early.priority
              ? sinceASecond.isBefore(early.arrived)
              : priority > early.priority && sinceASecond.isBefore(early.waitedUntil);
      return goesBefore && waitedUntil.isAfter(early.waitedUntil) && fitsWhatWasGivenTo(early);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  FakeWire.Replica replica(String name, int phones) {
    return wire.replica(name, store, phones);
  }

  /** Disconnects a replica in both directions. */
  void cut(FakeWire.Replica replica) {
    wire.cut(replica);
  }

  Asked ask(FakeWire.Replica replica) {
    return ask(replica, "", 0);
  }

  Asked ask(FakeWire.Replica replica, String selector, int priority) {
    Asked asked = new Asked(replica, selector, priority);
    all.add(asked);
    return asked;
  }

  /** The served requests, in order. */
  List<Asked> served() {
    return served;
  }

  /** Three replicas, whose clients request any of a few phones. */
  static void plain(long seed) {
    FairDay day = new FairDay();
    Random luck = new Random(seed);
    int phones = 1 + luck.nextInt(4);
    List<FakeWire.Replica> replicas =
        List.of(
            day.replica("one", phones), day.replica("two", phones), day.replica("three", phones));
    for (int step = 0; step < 80; step++) {
      FakeWire.Replica any = replicas.get(luck.nextInt(3));
      List<Asked> running = day.running();
      if (luck.nextInt(5) < 3 || running.isEmpty()) {
        day.ask(any);
      } else {
        running.get(luck.nextInt(running.size())).endsAt(any);
      }
      replicas.forEach(replica -> replica.distributor().verify());
      day.time.pass(Duration.ofMillis(luck.nextInt(4) == 0 ? luck.nextInt(3_000) : 3));
      replicas.forEach(replica -> replica.distributor().verify());
    }
    day.judge(phones);
  }

  /**
   * Some replicas, up to a dozen phones, a store and signals with latency, clients that request one
   * phone, that have priority, and that leave.
   */
  static void mixed(long seed) {
    Random luck = new Random(seed);
    FairDay day = new FairDay(luck, Duration.ofMillis(luck.nextInt(25)));
    int phones = 1 + luck.nextInt(luck.nextBoolean() ? 3 : 12);
    int named = luck.nextInt(3);
    int urgent = luck.nextInt(3);
    int pause = luck.nextBoolean() ? 3_000 : 400;
    List<FakeWire.Replica> replicas = new ArrayList<>();
    for (int i = 0; i < 2 + luck.nextInt(4); i++) {
      replicas.add(day.replica("replica-" + i, phones));
    }
    for (int step = 0; step < 120; step++) {
      FakeWire.Replica any = replicas.get(luck.nextInt(replicas.size()));
      List<Asked> running = day.running();
      int what = luck.nextInt(20);
      if (what == 0 && !day.all.isEmpty()) {
        day.all.get(luck.nextInt(day.all.size())).leaves();
      } else if (what < 12 || running.isEmpty()) {
        String model = luck.nextInt(4) < named ? "model:phone-" + luck.nextInt(phones) : "";
        day.ask(any, model, luck.nextInt(4) < urgent ? luck.nextInt(3) : 0);
      } else {
        running.get(luck.nextInt(running.size())).endsAt(any);
      }
      replicas.forEach(replica -> replica.distributor().verify());
      day.time.pass(
          Duration.ofMillis(luck.nextInt(4) == 0 ? luck.nextInt(pause) : luck.nextInt(9)));
      replicas.forEach(replica -> replica.distributor().verify());
    }
    day.judge(phones);
  }

  private List<Asked> running() {
    return served.stream().filter(asked -> !over.contains(asked)).toList();
  }

  /**
   * No request was served while another had waited a second longer for the same, and at the end no
   * request waits for a free phone.
   */
  private void judge(int phones) {
    for (Asked early : served) {
      assertThat(all)
          .as("waited longer than %s when it was served", early)
          .noneMatch(asked -> asked.wasOvertakenBy(early));
    }
    time.pass(SECOND);
    Set<String> taken = new HashSet<>();
    running().forEach(asked -> taken.add("model:" + wire.nameOf(asked.lock.device())));
    assertThat(all.stream().filter(asked -> asked.waitedUntil.equals(Instant.MAX)))
        .as("no request waits for a free phone")
        .allMatch(
            asked -> asked.model.isEmpty() ? taken.size() == phones : taken.contains(asked.model));
  }
}
