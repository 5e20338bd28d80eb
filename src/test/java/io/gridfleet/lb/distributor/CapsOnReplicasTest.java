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
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Requests of tokens with a quota at several replicas, on a virtual clock. */
final class CapsOnReplicasTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration SOON = FakeWire.LATENCY.multipliedBy(2);

  private final VirtualTime time = new VirtualTime();
  private final FakeDeviceLocks store = new FakeDeviceLocks(time);
  private final FakeWire wire = new FakeWire(time);
  private int requests;

  /** A request of a token, and its device. */
  private final class Asked {
    private final String tenant;
    private Instant servedAt = Instant.MAX;
    private DeviceLock lock;

    Asked(FakeWire.Replica replica, String tenant, int most) {
      this.tenant = tenant;
      Question anything =
          new Question(
              Selector.everything(), Selector.everything(), Optional.empty(), Optional.empty());
      PlacementRequest request =
          new PlacementRequest(
              "r" + ++requests,
              List.of(anything),
              new PlacementRequest.QueuePosition(0, time.instant(), requests),
              new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
              new Quota(tenant, OptionalInt.of(most)));
      replica
          .distributor()
          .place(request, Duration.ofHours(1))
          .outcome()
          .thenAccept(
              placement -> {
                if (placement instanceof Placement.Placed placed) {
                  lock = placed.lock();
                  servedAt = time.instant();
                }
              });
    }

    boolean isServed() {
      return lock != null;
    }

    void endsAt(FakeWire.Replica replica) {
      replica.distributor().release(lock);
    }
  }

  private FakeWire.Replica replica(String name, int phones) {
    return wire.replica(name, store, phones);
  }

  @Test
  void aSessionIsCountedOnTheOtherReplicaAtOnceAndNoMoreWhenItHasEnded() {
    FakeWire.Replica one = replica("one", 3);
    FakeWire.Replica two = replica("two", 3);

    Asked asked = new Asked(one, "ci", 2);
    time.pass(SOON);
    assertThat(two.distributor().sessionsOf("ci")).isEqualTo(1);

    asked.endsAt(one);
    time.pass(SOON);
    assertThat(two.distributor().sessionsOf("ci")).isZero();
  }

  @Test
  void aRequestOverItsQuotaIsServedWhenASessionEndsOnTheOtherReplica() {
    FakeWire.Replica one = replica("one", 3);
    FakeWire.Replica two = replica("two", 3);
    Asked first = new Asked(one, "ci", 1);
    time.pass(SECOND);
    Asked waits = new Asked(two, "ci", 1);
    time.pass(SECOND);
    assertThat(waits.isServed()).isFalse();
    Instant freed = time.instant();

    first.endsAt(one);
    time.pass(SECOND);

    assertThat(Duration.between(freed, waits.servedAt)).isLessThanOrEqualTo(SOON);
  }

  @Test
  void concurrentRequestsStayBelowTheQuotaAndOthersGetTheirDevices() {
    FakeWire.Replica one = replica("one", 2);
    FakeWire.Replica two = replica("two", 2);

    Asked first = new Asked(one, "ci", 1);
    Asked second = new Asked(two, "ci", 1);
    Asked stranger = new Asked(two, "nightly", 1);

    assertThat(List.of(first.isServed(), second.isServed(), stranger.isServed()))
        .as("the refusal concerns the token: the device is free for others")
        .containsExactly(true, false, true);
    time.pass(SECOND);
    first.endsAt(one);
    time.pass(SOON);
    assertThat(second.isServed()).isTrue();
  }

  @Test
  void aRefusalForTheQuotaExpiresWithoutASignal() {
    FakeWire.Replica deaf = replica("deaf", 2);
    FakeWire.Replica one = replica("one", 2);
    wire.cut(deaf);
    Asked first = new Asked(one, "ci", 1);
    Asked waits = new Asked(deaf, "ci", 1);
    time.pass(SECOND);
    assertThat(waits.isServed()).isFalse();

    first.endsAt(one);
    time.pass(Duration.ofSeconds(3));

    assertThat(waits.isServed()).isTrue();
  }

  @Test
  void aLateQueryRemovesNoSessionThatBeganMeanwhile() {
    FakeWire.Replica one = replica("one", 2);
    FleetUpdates news = new FleetUpdates(one.distributor());
    Asked ended = new Asked(one, "ci", 5);
    long query = news.lockQueryStarted();
    var told = store.held().toCompletableFuture().join();
    ended.endsAt(one);
    Asked begun = new Asked(one, "ci", 5);

    news.locks(query, told);

    assertThat(one.distributor().sessionsOf("ci")).isEqualTo(1);
    begun.endsAt(one);
    assertThat(one.distributor().sessionsOf("ci")).isZero();
  }

  @Test
  void aQueryRemovesNoSessionThatBeganBeforeTheNextQueryStarted() {
    FakeWire.Replica one = replica("one", 2);
    FleetUpdates news = new FleetUpdates(one.distributor());
    long query = news.lockQueryStarted();
    var told = store.held().toCompletableFuture().join();
    Asked begun = new Asked(one, "ci", 5);
    news.lockQueryStarted();

    news.locks(query, told);

    assertThat(one.distributor().sessionsOf("ci")).isEqualTo(1);
    begun.endsAt(one);
  }

  @Test
  void aSlotTakenBeforeItsReleaseWasSignalledFreesTheQuota() {
    quotasHoldAndNoRequestWaitsForAFreeDevice(10_254);
  }

  @Test
  void aRefusedDeviceFreesTheQuota() {
    quotasHoldAndNoRequestWaitsForAFreeDevice(6_128);
  }

  /** No token ever exceeds its quota, and no request waits for a free device. */
  @Property(tries = 300)
  void quotasHoldAndNoRequestWaitsForAFreeDevice(@ForAll long seed) {
    CapsOnReplicasTest day = new CapsOnReplicasTest();
    Random luck = new Random(seed);
    int cap = 1 + luck.nextInt(3);
    List<String> tenants = List.of("ci", "nightly");
    List<FakeWire.Replica> replicas =
        List.of(day.replica("one", 5), day.replica("two", 5), day.replica("three", 5));
    List<Asked> all = new ArrayList<>();
    List<Asked> running = new ArrayList<>();
    for (int step = 0; step < 80; step++) {
      FakeWire.Replica any = replicas.get(luck.nextInt(3));
      if (luck.nextInt(5) < 3 || running.isEmpty()) {
        all.add(day.new Asked(any, tenants.get(luck.nextInt(2)), cap));
      } else {
        Asked ends = running.remove(luck.nextInt(running.size()));
        all.remove(ends);
        ends.endsAt(any);
      }
      if (luck.nextBoolean()) {
        day.time.pass(Duration.ofMillis(luck.nextInt(8)));
      }
      replicas.forEach(replica -> replica.distributor().verify());
      running.clear();
      all.stream().filter(Asked::isServed).forEach(running::add);
      for (String tenant : tenants) {
        assertThat(running.stream().filter(each -> each.tenant.equals(tenant)).count())
            .isLessThanOrEqualTo(cap);
      }
    }
    day.time.pass(SECOND);
    long free = 5 - all.stream().filter(Asked::isServed).count();
    for (String tenant : tenants) {
      long has = all.stream().filter(each -> each.tenant.equals(tenant) && each.isServed()).count();
      long waits =
          all.stream().filter(each -> each.tenant.equals(tenant) && !each.isServed()).count();
      assertThat(free > 0 && has < cap && waits > 0).as("waits for a free device").isFalse();
      replicas.forEach(
          replica -> assertThat(replica.distributor().sessionsOf(tenant)).isEqualTo((int) has));
    }
  }
}
