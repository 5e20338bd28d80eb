package io.gridfleet.lb.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.explain.QueueReport;
import io.gridfleet.lb.distributor.explain.WaitEstimate;
import io.gridfleet.lb.history.SessionLengths;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.selector.Selector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The estimate of a wait, judged by random days: requests arrive at a distributor on a virtual
 * clock, in bursts and for some or all of its phones, on some days more than the phones can serve;
 * sessions have random lengths around the usual one of their phone; operators take phones away and
 * bring them back.
 *
 * <p>How it is counted: each served request that had to wait counts once, by the estimate that it
 * had when it entered the queue, after 40 sessions of its day have ended (before, nothing is
 * usual). It is right if the real wait is at least three quarters of the lower end and at most five
 * quarters of the upper end. "Not known" counts as wrong. Over all days, 8 of 10 must be right. The
 * estimates must also say something: half of the ranges must be narrower than the real wait times
 * three.
 */
final class WaitEstimateTest {
  private static final int DAYS = 40;

  private int judged;
  private int right;
  private int unknown;
  private int narrow;
  private int shallow;
  private int rightShallow;

  /** A day of a lab. */
  private final class Day {
    private final VirtualTime time = new VirtualTime();
    private final FakeDeviceLocks store = new FakeDeviceLocks(time);
    private final Distributor distributor =
        new Distributor(new LockKeeper(store, Duration.ofHours(9), time::nanoTime), time, time);
    private final FleetUpdates updates = new FleetUpdates(distributor);
    private final FakeWire wire = new FakeWire(time);
    private final List<SessionLengths.Ended> ended = new ArrayList<>();
    private final List<Device> phones = new ArrayList<>();
    private final Map<String, WaitEstimate> promised = new HashMap<>();
    private final Map<String, Instant> queuedAt = new HashMap<>();
    private final Random luck;
    private final long usual;
    private final double spread;
    private final double pause;
    private int requests;

    Day(long seed) {
      luck = new Random(seed);
      usual = 20 + luck.nextInt(600);
      spread = luck.nextDouble() * 0.6;
      pause = 2_500 + luck.nextInt(3_500);
      int number = 2 + luck.nextInt(9);
      for (int i = 0; i < number; i++) {
        phones.add(wire.phone("phone-" + i));
      }
      updates.inventory(phones);
    }

    void live() {
      int step = 0;
      while (requests < 400) {
        int burst = luck.nextInt(8) == 0 ? luck.nextInt(phones.size() * 3) : 1;
        for (int i = 0; i < burst; i++) {
          ask();
        }
        if (++step % 50 == 0) {
          maintenance();
        }
        time.pass(Duration.ofMillis((long) (usual * pause * luck.nextDouble() / phones.size())));
      }
      time.pass(Duration.ofHours(12));
    }

    private void maintenance() {
      Device phone = phones.get(luck.nextInt(phones.size()));
      updates.maintenance(phone.id(), Optional.of("battery"));
      time.schedule(
          () -> updates.maintenance(phone.id(), Optional.empty()), usual, TimeUnit.SECONDS);
    }

    private void ask() {
      String name = "r" + ++requests;
      String selector =
          luck.nextInt(3) > 0 ? "" : "model:phone-" + luck.nextInt((phones.size() + 1) / 2);
      Question question =
          new Question(
              Selector.parse(selector), Selector.everything(), Optional.empty(), Optional.empty());
      Distributor.Wait wait =
          distributor.place(
              new PlacementRequest(
                  name,
                  List.of(question),
                  new PlacementRequest.QueuePosition(0, time.instant(), requests),
                  new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
                  new Quota("ci", OptionalInt.empty())),
              Duration.ofHours(10));
      if (wait.queued().isDone() && !wait.outcome().toCompletableFuture().isDone()) {
        promise(name);
      }
      wait.outcome()
          .thenAccept(
              placement -> {
                if (placement instanceof Placement.Placed placed) {
                  judge(name);
                  begin(placed.lock());
                }
              });
    }

    private void promise(String name) {
      QueueReport report = distributor.report();
      SessionLengths lengths = SessionLengths.of(newestFirst());
      for (int place = 0; place < report.size(); place++) {
        if (ended.size() >= 40 && report.placement(place).request().equals(name)) {
          promised.put(name, report.estimate(place, () -> lengths));
          queuedAt.put(name, time.instant());
        }
      }
    }

    private List<SessionLengths.Ended> newestFirst() {
      List<SessionLengths.Ended> all = new ArrayList<>(ended);
      Collections.reverse(all);
      return all;
    }

    private void begin(DeviceLock lock) {
      updates.stands(new HeldLock(lock, HeldLock.Kind.SESSION, time.instant(), Optional.empty()));
      double factor = Math.exp(luck.nextGaussian() * spread);
      Duration length = Duration.ofMillis((long) (usual * 1_000 * factor));
      time.schedule(
          () -> {
            ended.add(new SessionLengths.Ended(lock.device(), "android", length));
            distributor.release(lock);
          },
          length.toMillis(),
          TimeUnit.MILLISECONDS);
    }

    private void judge(String name) {
      WaitEstimate estimate = promised.get(name);
      if (estimate == null) {
        return;
      }
      judged++;
      double real = Duration.between(queuedAt.get(name), time.instant()).toMillis();
      if (estimate instanceof WaitEstimate.Range range) {
        boolean in = real >= 0.75 * range.from().toMillis() && real <= 1.25 * range.to().toMillis();
        right += in ? 1 : 0;
        if (real < 2 * usual * 1_000) {
          shallow++;
          rightShallow += in ? 1 : 0;
        }
        narrow += range.to().minus(range.from()).toMillis() < 3 * real ? 1 : 0;
      } else {
        unknown++;
      }
    }
  }

  @Test
  void eightOfTenWaitsAreAsEstimated() {
    long seed = Long.getLong("gridfleet.estimate.seed", System.nanoTime());
    for (int day = 0; day < DAYS; day++) {
      new Day(seed + day).live();
    }
    System.out.printf(
        "estimates: seed %d, %d served requests, %d right, %d not known, %d narrow; %d short, %d right%n",
        seed, judged, right, unknown, narrow, shallow, rightShallow);
    assertThat(judged).isGreaterThan(1_000);
    assertThat(right / (double) judged).as("right with seed " + seed).isGreaterThanOrEqualTo(0.8);
    assertThat(shallow).isGreaterThan(500);
    assertThat(rightShallow / (double) shallow)
        .as("right, of waits below two usual sessions, with seed " + seed)
        .isGreaterThanOrEqualTo(0.8);
    assertThat(narrow / (double) judged).as("narrow with seed " + seed).isGreaterThan(0.5);
  }
}
