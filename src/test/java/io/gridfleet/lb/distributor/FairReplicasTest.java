package io.gridfleet.lb.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.distributor.FairDay.Asked;
import io.gridfleet.lb.distributor.replicas.Precedence;
import io.gridfleet.lb.lab.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Requests at several replicas for the same devices, on a virtual clock. */
final class FairReplicasTest {
  private static final Duration SECOND = FairDay.SECOND;

  private final FairDay day = new FairDay();
  private final VirtualTime time = day.time;

  private FakeWire.Replica replica(String name, int phones) {
    return day.replica(name, phones);
  }

  private Asked ask(FakeWire.Replica replica) {
    return day.ask(replica);
  }

  private Asked ask(FakeWire.Replica replica, String selector, int priority) {
    return day.ask(replica, selector, priority);
  }

  @Test
  void alternatingRequestsAtTwoReplicasAreServedInTheirOrder() {
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
      assertThat(Duration.between(freed, all.get(i + 1).servedAt()))
          .as("a signal and no pause")
          .isLessThanOrEqualTo(FakeWire.LATENCY.multipliedBy(2));
    }

    assertThat(day.served()).containsExactlyElementsOf(all);
  }

  @Test
  void aDeadReplicaDelaysRequestsOnlyShortly() {
    FakeWire.Replica dead = replica("dead", 1);
    FakeWire.Replica alive = replica("alive", 1);
    Asked holder = ask(alive);
    time.pass(SECOND);
    Asked lost = ask(dead);
    time.pass(SECOND);
    Asked next = ask(alive);
    Asked last = ask(alive);
    time.pass(SECOND);
    day.cut(dead);
    Instant freed = time.instant();

    holder.endsAt(alive);
    time.pass(SECOND);

    assertThat(next.servedAt()).isEqualTo(freed.plus(Precedence.yieldedTo(1)));
    freed = time.instant();
    next.endsAt(alive);
    time.pass(SECOND);
    assertThat(last.servedAt()).as("a missed head doesn't count again").isEqualTo(freed);
    assertThat(lost.isServed()).isFalse();
  }

  @Test
  void theNextRequestTakesADeviceYieldedToADeadReplica() {
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
    day.cut(dead);

    holder.endsAt(one);
    time.pass(SECOND);
    assertThat(second.isServed()).isTrue();
    second.endsAt(one);
    time.pass(SECOND);

    assertThat(day.served()).containsExactly(holder, second, third);
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

    assertThat(day.served()).containsExactly(holder, urgent, early);
  }

  @Test
  void aDeviceIsNotYieldedToARequestForAnotherOne() {
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

    assertThat(mine.servedAt()).isEqualTo(freed);
    first.endsAt(one);
    time.pass(SECOND);
    assertThat(other.isServed()).isTrue();
  }

  @Test
  void aNewRequestDoesNotTakeADeviceYieldedToAnotherReplica() {
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

    assertThat(day.served()).containsExactly(holder, waiting);
    waiting.endsAt(three);
    time.pass(SECOND);
    assertThat(List.of(there.isServed(), third.isServed())).containsOnlyOnce(true);
  }

  @Test
  void aReplicaThatStartsLaterReceivesTheHeads() {
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

    assertThat(day.served()).containsExactly(holder, waiting);
    assertThat(newer.isServed()).isFalse();
  }

  /** A replica yielded a phone by a guess, and was served first when the phone was freed. */
  @Test
  void aRequestWithAGuessIsNotServedBeforeTheOldestRequest() {
    FairDay.plain(4632);
  }

  /** The newer request's phone was free and the older one's wasn't; both were guesses. */
  @Test
  void aNewerRequestIsNotServedWhileTheLockOfAnOlderOneIsRequested() {
    FairDay.plain(1936);
  }

  /** No request is served while another has waited a second longer for the same. */
  @Property(tries = 300)
  void noRequestIsServedASecondTooEarly(@ForAll long seed) {
    FairDay.plain(seed);
  }

  @Property(tries = 300)
  void noRequestOfMixedKindsIsServedASecondTooEarly(@ForAll long seed) {
    FairDay.mixed(seed);
  }
}
