package io.gridfleet.lb.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.explain.QueueReport;
import io.gridfleet.lb.distributor.explain.WaitEstimate;
import io.gridfleet.lb.history.SessionLengths;
import io.gridfleet.lb.lab.ProcessorTime;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.selector.Selector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Estimates where all sessions take equally long, so that each wait is known: compared with a queue
 * that is served device by device.
 */
final class LargeLabEstimatesTest {
  private static final long LENGTH = 1_000_000;
  private static final SessionLengths LENGTHS =
      SessionLengths.of(
          Collections.nCopies(
              10,
              new SessionLengths.Ended(DeviceId.of("gone"), "android", Duration.ofMillis(LENGTH))));

  private final VirtualTime time = new VirtualTime();
  private final Distributor distributor =
      new Distributor(
          new LockKeeper(new FakeDeviceLocks(time), Duration.ofHours(1), time::nanoTime),
          time,
          time);
  private final FleetUpdates updates = new FleetUpdates(distributor);
  private final FakeWire wire = new FakeWire(time);
  private final Random luck = new Random(7);
  private final List<Device> phones = new ArrayList<>();

  /** When each phone is free, in milliseconds from now. */
  private long[] free = {};

  private final List<Selector> asked = new ArrayList<>();

  private void busyPhones(int number) {
    IntStream.range(0, number).forEach(i -> phones.add(wire.phone("phone-" + i)));
    updates.inventory(phones);
    free = new long[number];
    Instant now = time.instant();
    for (int i = 0; i < number; i++) {
      long age = luck.nextInt((int) LENGTH);
      free[i] = LENGTH - age;
      updates.held(
          new HeldLock(
              new DeviceLock(phones.get(i).id(), 0, "s-" + i, i + 1),
              HeldLock.Kind.SESSION,
              now.minusMillis(age),
              Optional.empty()));
    }
  }

  private void ask(String selector) {
    asked.add(Selector.parse(selector));
    Question question =
        new Question(
            asked.get(asked.size() - 1), Selector.everything(), Optional.empty(), Optional.empty());
    distributor.place(
        new PlacementRequest(
            "r" + asked.size(),
            List.of(question),
            new PlacementRequest.QueuePosition(0, time.instant(), asked.size()),
            new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
            new Quota("ci", OptionalInt.empty())),
        Duration.ofHours(1));
  }

  private void eachWaitIsEstimated(QueueReport report) {
    for (int place = 0; place < asked.size(); place++) {
      Selector selector = asked.get(place);
      int best = -1;
      for (int i = 0; i < free.length; i++) {
        if ((best < 0 || free[i] < free[best]) && selector.matches(phones.get(i).attributes())) {
          best = i;
        }
      }
      Duration wait = Duration.ofMillis(free[best]);
      assertThat(report.estimate(place, () -> LENGTHS))
          .as("place %d, %s", place, selector)
          .isEqualTo(new WaitEstimate.Range(wait, wait));
      free[best] += LENGTH;
    }
  }

  @Test
  void requestsThatFitOtherDevicesAreServedInOneOrder() {
    busyPhones(40);
    for (int i = 0; i < 300; i++) {
      switch (luck.nextInt(4)) {
        case 0 -> ask("");
        case 1 -> ask("model:phone-" + luck.nextInt(40));
        case 2 -> ask("model:phone-" + luck.nextInt(4) + "*");
        default -> ask("model:[phone-%d, phone-*%d]".formatted(luck.nextInt(40), luck.nextInt(9)));
      }
    }

    eachWaitIsEstimated(distributor.report());
  }

  /** Without a shared order of equal requests this takes minutes of processor time. */
  @Test
  void twoThousandRequestsForTenThousandDevicesAreEstimated() {
    busyPhones(10_000);
    for (int i = 0; i < 500; i++) {
      ask("");
      ask("model:[phone-*, x-" + i % 20 + "]");
      ask("model:phone-" + luck.nextInt(100) + "*");
      ask("model:phone-" + i % 100 * 97);
    }
    QueueReport report = distributor.report();

    Duration took = ProcessorTime.of(() -> report.estimate(0, () -> LENGTHS));

    System.out.printf("2000 requests, 10000 devices: estimated in %d ms%n", took.toMillis());
    eachWaitIsEstimated(report);
    assertThat(took).isLessThan(Duration.ofSeconds(5));
  }
}
