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

/** Requests wait at several replicas for the same devices, on a virtual clock. */
final class FairReplicasTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime();
  private final FakeDeviceLocks store = new FakeDeviceLocks(time);
  private final FakeWire wire = new FakeWire(time);
  private final List<Asked> served = new ArrayList<>();
  private int requests;

  /** A request, where it waits, and what became of it. */
  private final class Asked {
    private final String name = "r" + ++requests;
    private final Instant arrived = time.instant();
    private Instant servedAt = Instant.MAX;
    private DeviceLock lock;

    Asked(FakeWire.Replica replica, Question question, int priority) {
      Order order =
          new Order(
              name,
              List.of(question),
              new Order.Turn(priority, arrived, requests),
              new Order.Preference(PickStrategy.RANKED, true, Set.of()),
              new Quota("lab", OptionalInt.empty()));
      replica
          .distributor()
          .place(order, Duration.ofHours(1))
          .outcome()
          .thenAccept(
              placement -> {
                if (placement instanceof Placement.Placed placed) {
                  lock = placed.lock();
                  servedAt = time.instant();
                  served.add(this);
                }
              });
    }

    boolean isServed() {
      return lock != null;
    }

    void endsAt(FakeWire.Replica replica) {
      replica.distributor().release(lock);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private FakeWire.Replica replica(String name, int phones) {
    return wire.replica(name, store, phones);
  }

  private Asked ask(FakeWire.Replica replica) {
    return ask(replica, "", 0);
  }

  private Asked ask(FakeWire.Replica replica, String selector, int priority) {
    Question question =
        new Question(
            Selector.parse(selector), Selector.everything(), Optional.empty(), Optional.empty());
    return new Asked(replica, question, priority);
  }

  @Test
  void thoseWhoComeInTurnsAtTwoReplicasAreServedInTheirOrder() {
    FakeWire.Replica one = replica("one", 1);
    FakeWire.Replica two = replica("two", 1);
    List<Asked> all = new ArrayList<>(List.of(ask(one)));
    for (int i = 0; i < 10; i++) {
      time.pass(SECOND);
      all.add(ask(i % 2 == 0 ? two : one));
    }

    for (int i = 0; i < 10; i++) {
      Instant freed = time.instant();
      all.get(i).endsAt(i % 3 == 0 ? two : one);
      time.pass(SECOND);
      assertThat(Duration.between(freed, all.get(i + 1).servedAt))
          .as("a signal and no pause")
          .isLessThanOrEqualTo(FakeWire.LATENCY.multipliedBy(2));
    }

    assertThat(served).containsExactlyElementsOf(all);
  }

  @Test
  void aReplicaThatDiedHoldsNobodyUpForLong() {
    FakeWire.Replica dead = replica("dead", 1);
    FakeWire.Replica alive = replica("alive", 1);
    Asked holder = ask(alive);
    time.pass(SECOND);
    Asked lost = ask(dead);
    time.pass(SECOND);
    Asked next = ask(alive);
    Asked last = ask(alive);
    time.pass(SECOND);
    wire.cut(dead);
    Instant freed = time.instant();

    holder.endsAt(alive);
    time.pass(SECOND);

    assertThat(next.servedAt).isEqualTo(freed.plus(Matching.LEFT_FOR));
    freed = time.instant();
    next.endsAt(alive);
    time.pass(SECOND);
    assertThat(last.servedAt).as("its chance is missed once and for all").isEqualTo(freed);
    assertThat(lost.isServed()).isFalse();
  }

  @Test
  void whoeverIsNextTakesWhatADeadReplicaDoesNot() {
    FakeWire.Replica dead = replica("dead", 1);
    FakeWire.Replica one = replica("one", 1);
    FakeWire.Replica two = replica("two", 1);
    Asked holder = ask(one);
    time.pass(SECOND);
    ask(dead);
    time.pass(SECOND);
    Asked second = ask(two);
    time.pass(SECOND);
    Asked third = ask(one);
    time.pass(SECOND);
    wire.cut(dead);

    holder.endsAt(one);
    time.pass(SECOND);
    assertThat(second.isServed()).isTrue();
    second.endsAt(one);
    time.pass(SECOND);

    assertThat(served).containsExactly(holder, second, third);
  }

  @Test
  void priorityGoesBeforeArrival() {
    FakeWire.Replica one = replica("one", 1);
    FakeWire.Replica two = replica("two", 1);
    Asked holder = ask(one);
    Asked early = ask(one);
    time.pass(SECOND);
    Asked urgent = ask(two, "", 5);
    time.pass(SECOND);

    holder.endsAt(one);
    time.pass(SECOND);
    assertThat(urgent.isServed()).isTrue();
    urgent.endsAt(two);
    time.pass(SECOND);

    assertThat(served).containsExactly(holder, urgent, early);
  }

  @Test
  void whoeverWaitsForSomethingElseIsNotWaitedFor() {
    FakeWire.Replica one = replica("one", 2);
    FakeWire.Replica two = replica("two", 2);
    Asked first = ask(one, "model:phone-0", 0);
    Asked second = ask(one, "model:phone-1", 0);
    time.pass(SECOND);
    Asked other = ask(two, "model:phone-0", 0);
    time.pass(SECOND);
    Asked mine = ask(one, "model:phone-1", 0);
    time.pass(SECOND);
    Instant freed = time.instant();

    second.endsAt(one);

    assertThat(mine.servedAt).isEqualTo(freed);
    first.endsAt(one);
    time.pass(SECOND);
    assertThat(other.isServed()).isTrue();
  }

  @Test
  void aNewRequestDoesNotTakeWhatIsOnItsWayToAnotherReplica() {
    FakeWire.Replica one = replica("one", 1);
    FakeWire.Replica two = replica("two", 1);
    FakeWire.Replica three = replica("three", 1);
    Asked holder = ask(one);
    Asked waiting = ask(two);
    time.pass(SECOND);

    holder.endsAt(one);
    Asked there = ask(one);
    time.pass(FakeWire.LATENCY.dividedBy(2));
    Asked third = ask(three);
    time.pass(SECOND);

    assertThat(served).containsExactly(holder, waiting);
    waiting.endsAt(three);
    time.pass(SECOND);
    assertThat(List.of(there.isServed(), third.isServed())).containsOnlyOnce(true);
  }

  @Test
  void aReplicaThatStartsLaterHearsWhoWaits() {
    FakeWire.Replica one = replica("one", 1);
    Asked holder = ask(one);
    Asked waiting = ask(one);
    time.pass(SECOND);
    FakeWire.Replica late = replica("late", 1);
    time.pass(SECOND);
    Asked newer = ask(late);
    time.pass(SECOND);

    holder.endsAt(late);
    time.pass(SECOND);

    assertThat(served).containsExactly(holder, waiting);
    assertThat(newer.isServed()).isFalse();
  }

  /** Nobody is served while somebody has waited a second longer for the same. */
  @Property(tries = 300)
  void onAnyDayNobodyIsServedASecondTooEarly(@ForAll long seed) {
    FairReplicasTest day = new FairReplicasTest();
    Random luck = new Random(seed);
    int phones = 1 + luck.nextInt(4);
    List<FakeWire.Replica> replicas =
        List.of(
            day.replica("one", phones), day.replica("two", phones), day.replica("three", phones));
    List<Asked> all = new ArrayList<>();
    for (int step = 0; step < 80; step++) {
      FakeWire.Replica any = replicas.get(luck.nextInt(3));
      List<Asked> running =
          day.served.stream().filter(asked -> !any.ended().contains(asked.name)).toList();
      if (luck.nextInt(5) < 3 || running.isEmpty()) {
        all.add(day.ask(any));
      } else {
        Asked ends = running.get(luck.nextInt(running.size()));
        replicas.forEach(replica -> replica.ended().add(ends.name));
        ends.endsAt(any);
      }
      day.time.pass(Duration.ofMillis(luck.nextInt(4) == 0 ? luck.nextInt(3_000) : 3));
    }
    for (Asked early : day.served) {
      assertThat(all)
          .as("waited longer than %s when it was served", early)
          .noneMatch(
              asked ->
                  asked.arrived.plus(SECOND).isBefore(early.arrived)
                      && asked.servedAt.isAfter(early.servedAt));
    }
    day.time.pass(Duration.ofSeconds(1));
    assertThat(day.served.size())
        .as("nobody waits in vain")
        .isEqualTo(Math.min(all.size(), replicas.get(0).ended().size() + phones));
  }
}
