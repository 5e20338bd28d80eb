package io.gridfleet.lb.distributor.replay;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.FakeWire;
import io.gridfleet.lb.distributor.FleetUpdates;
import io.gridfleet.lb.distributor.LockKeeper;
import io.gridfleet.lb.distributor.PickStrategy;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.history.DevicePeriod;
import io.gridfleet.lb.history.HistoryWriter;
import io.gridfleet.lb.history.OpenRequests;
import io.gridfleet.lb.history.PeriodChange;
import io.gridfleet.lb.history.RecordedTraffic;
import io.gridfleet.lb.history.RequestEnd;
import io.gridfleet.lb.history.RequestRecord;
import io.gridfleet.lb.history.RequestRow;
import io.gridfleet.lb.history.RequestStart;
import io.gridfleet.lb.history.RequestStep;
import io.gridfleet.lb.history.RequestStep.Kind;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A random day of a lab on a virtual clock, recorded in a store as the server records it: requests
 * arrive at a distributor, in bursts and for some or all of its phones, on some days more than the
 * phones can serve; sessions have random lengths around the usual one of their phone; operators
 * take phones away and bring them back.
 */
final class RecordedDay {
  static final int REQUESTS = 400;

  private static final Duration PATIENCE = Duration.ofHours(10);

  /** The days of a store don't overlap. */
  private static final Duration APART = Duration.ofDays(30);

  /** No two things happen at the same instant: a replay might order them otherwise. */
  private static final Duration TICK = Duration.ofMillis(1);

  private final VirtualTime time = new VirtualTime();
  private final FakeDeviceLocks locks = new FakeDeviceLocks(time);
  private final Distributor distributor =
      new Distributor(new LockKeeper(locks, Duration.ofHours(9), time::nanoTime), time, time);
  private final FleetUpdates updates = new FleetUpdates(distributor);
  private final FakeWire wire = new FakeWire(time);
  private final List<Device> phones = new ArrayList<>();
  private final SqlStore store;
  private final HistoryWriter<RequestRecord> requestWriter;
  private final HistoryWriter<PeriodChange> periodWriter;
  private final OpenRequests open;
  private final Random luck;
  private final Instant start;
  private final int number;
  private final long usual;
  private final double spread;
  private final double pause;
  private int requests;
  private int dropped;

  RecordedDay(SqlStore store, long seed, int number) {
    this.store = store;
    this.number = number;
    this.requestWriter = writer(store.requestHistory());
    this.periodWriter = writer(store.deviceHistory());
    this.open =
        new OpenRequests(requestWriter, new RequestRow.ServedBy("replica", "lab:4444"), time);
    time.freeze(APART.multipliedBy(number));
    start = time.instant();
    luck = new Random(seed);
    usual = 20 + luck.nextInt(600);
    spread = luck.nextDouble() * 0.6;
    pause = 2_500 + luck.nextInt(3_500);
    int phonesOfTheDay = 2 + luck.nextInt(9);
    for (int i = 0; i < phonesOfTheDay; i++) {
      phones.add(wire.phone("phone-" + i));
    }
    updates.inventory(phones);
  }

  private <T> HistoryWriter<T> writer(HistoryWriter.Sink<T> sink) {
    return new HistoryWriter<>(
        sink, HistoryWriter.Room.standard(), record -> 1, records -> dropped += records);
  }

  /** Runs the day and writes its records. */
  RecordedDay live() {
    int step = 0;
    while (requests < REQUESTS) {
      int burst = luck.nextInt(8) == 0 ? luck.nextInt(phones.size() * 3) : 1;
      for (int i = 0; i < burst; i++) {
        ask();
        time.pass(TICK);
      }
      if (++step % 50 == 0) {
        maintenance();
      }
      time.pass(TICK.plusMillis((long) (usual * pause * luck.nextDouble() / phones.size())));
    }
    time.pass(Duration.ofHours(12));
    requestWriter.close().toCompletableFuture().join();
    periodWriter.close().toCompletableFuture().join();
    if (dropped > 0) {
      throw new IllegalStateException(dropped + " records were dropped");
    }
    return this;
  }

  List<Device> phones() {
    return phones;
  }

  /** Returns what the store has of the day. */
  ReplayedTraffic recorded() {
    RecordedTraffic.Time day = new RecordedTraffic.Time(start, time.instant());
    RecordedTraffic records = store.recordedTraffic();
    return ReplayedTraffic.of(
        day,
        records.requests(day, Optional.empty(), 10_000).toCompletableFuture().join().rows(),
        records.uses(day, Optional.empty(), 10_000).toCompletableFuture().join().rows());
  }

  private void maintenance() {
    Device phone = phones.get(luck.nextInt(phones.size()));
    updates.maintenance(phone.id(), Optional.of("battery"));
    DevicePeriod.Labels labels =
        new DevicePeriod.Labels(DevicePeriod.Who.NOBODY, "operator", "battery");
    periodWriter.offer(
        new PeriodChange.Begin(
            new DevicePeriod(
                "maintenance-%d-%d".formatted(number, requests),
                named(phone.id()),
                DevicePeriod.Kind.MAINTENANCE,
                time.instant(),
                Optional.empty(),
                Optional.empty(),
                labels)));
    time.schedule(
        () -> {
          updates.maintenance(phone.id(), Optional.empty());
          periodWriter.offer(
              new PeriodChange.End(phone.id(), DevicePeriod.Kind.MAINTENANCE, time.instant()));
        },
        usual,
        TimeUnit.SECONDS);
  }

  private DevicePeriod.NamedDevice named(DeviceId device) {
    return new DevicePeriod.NamedDevice(device, wire.nameOf(device), "android");
  }

  private void ask() {
    String id = "%d-%05d".formatted(number, ++requests);
    String selector =
        luck.nextInt(3) > 0 ? "" : "model:phone-" + luck.nextInt((phones.size() + 1) / 2);
    Question question =
        new Question(
            Selector.parse(selector), Selector.everything(), Optional.empty(), Optional.empty());
    begin(id, question);
    Distributor.Wait wait =
        distributor.place(
            new PlacementRequest(
                id,
                List.of(question),
                new PlacementRequest.QueuePosition(0, time.instant(), requests),
                new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
                new Quota("ci", OptionalInt.empty())),
            PATIENCE);
    if (wait.queued().isDone()) {
      open.step(id, RequestStep.of(Kind.QUEUED, time.instant()));
    }
    wait.outcome().thenAccept(placement -> ended(id, placement));
  }

  private void begin(String id, Question question) {
    open.begin(
        new RequestStart(
            id,
            time.instant(),
            new RequestRow.Asker("ci", Optional.empty(), Optional.empty(), ""),
            question.selector().normalForm(),
            () -> new RequestRecord.Asked(Optional.empty(), List.of(), PATIENCE, 0, 0)));
    open.step(id, RequestStep.of(Kind.ADMITTED, time.instant()));
  }

  private void ended(String id, Placement placement) {
    if (placement instanceof Placement.Placed placed) {
      RequestStep.NamedDevice device =
          new RequestStep.NamedDevice(placed.device().id(), placed.device().name());
      open.step(id, RequestStep.of(Kind.LOCKED, time.instant()).on(device));
      open.step(id, RequestStep.of(Kind.PUBLISHED, time.instant()));
      RequestEnd end = new RequestEnd(Optional.empty(), Optional.of("s-" + id), Optional.empty());
      open.end(id, RequestStep.of(Kind.CREATED, time.instant()), RequestRow.Outcome.CREATED, end);
      session(id, placed.lock());
    } else {
      open.end(
          id,
          RequestStep.of(Kind.REFUSED, time.instant()),
          RequestRow.Outcome.REFUSED,
          new RequestEnd(Optional.empty(), Optional.empty(), Optional.of("no device")));
    }
  }

  private void session(String id, DeviceLock lock) {
    Instant began = time.instant();
    updates.sessionPublished(new HeldLock(lock, HeldLock.Kind.SESSION, began, Optional.empty()));
    double factor = Math.exp(luck.nextGaussian() * spread);
    time.schedule(
        () -> {
          periodWriter.offer(new PeriodChange.Whole(session(id, lock, began)));
          distributor.release(lock);
        },
        (long) (usual * 1_000 * factor),
        TimeUnit.MILLISECONDS);
  }

  private DevicePeriod session(String id, DeviceLock lock, Instant began) {
    return new DevicePeriod(
        "session/" + id,
        named(lock.device()),
        DevicePeriod.Kind.SESSION,
        began,
        Optional.of(time.instant()),
        Optional.empty(),
        new DevicePeriod.Labels(
            new DevicePeriod.Who(
                Optional.of("s-" + id), Optional.of(id), Optional.empty(), Optional.of("ci")),
            "deleted",
            ""));
  }
}
