package io.gridfleet.lb.newsession.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.StoreLink.Fate;
import io.gridfleet.lb.newsession.NewSessionLab;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.newsession.PendingSession;
import io.gridfleet.lb.newsession.idempotency.SharedRequestMachine.State;
import io.gridfleet.lb.session.FakeIdempotencyRecords;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Repeats on two replicas with a common store that has latency and loses answers: each present
 * client is answered, and no key stays running. {@link SharedRequest} checks its invariants with
 * each event.
 */
final class SharedRequestPropertyTest {
  private static final int STEPS = 40;
  private static final Set<State> PROCESSED =
      EnumSet.of(State.STARTING, State.RUNNING, State.RECORDING);
  private static final List<Map<String, Object>> BODIES =
      List.of(Map.of("platformName", "Android"), Map.of("platformName", "android"));

  private static final class Replicas {
    final Random luck;
    final NewSessionLab lab;
    final FakeIdempotencyRecords records;
    final List<IdempotentRequests> all = new ArrayList<>();
    final List<PendingSession> present = new ArrayList<>();

    Replicas(long seed, int lossEvery) {
      luck = new Random(seed);
      lab = new NewSessionLab(luck, new NewSessionListener() {});
      records = new FakeIdempotencyRecords(lab.time);
      lab.fleet(2);
      lab.nodes.random();
      lab.locks.expiredStand(true);
      lab.sweep();
      lab.link.latency(() -> luck.nextLong(1, 400_000_000));
      lab.link.fates(
          () ->
              luck.nextInt(lossEvery) > 0
                  ? Fate.ARRIVES
                  : luck.nextBoolean() ? Fate.ANSWER_LOST : Fate.REQUEST_LOST);
      records.link(lab.link);
      records.replicas((before, claim) -> before.charAt(0) == claim.charAt(0));
      for (int i = 0; i < 2; i++) {
        int other = 1 - i;
        all.add(
            new IdempotentRequests(
                lab.flow,
                records,
                new IdempotentRequests.Limits(Duration.ofSeconds(20), 100),
                () -> {},
                key -> signal(other, key),
                new IdempotentRequests.Time(lab.time, lab.time)));
      }
    }

    /** Signals may be lost. */
    private void signal(int replica, String key) {
      if (luck.nextInt(3) > 0) {
        lab.time.execute(() -> all.get(replica).settledElsewhere(key));
      }
    }

    void act() {
      int what = luck.nextInt(10);
      if (what < 6) {
        begin();
      } else if (what < 9 && !present.isEmpty()) {
        present.remove(luck.nextInt(present.size())).clientLeft();
      } else {
        all.get(luck.nextInt(2)).lookAgain();
      }
    }

    private void begin() {
      Map<String, Object> capabilities = BODIES.get(luck.nextInt(4) / 3);
      byte[] body = Json.bytes(Map.of("capabilities", Map.of("alwaysMatch", capabilities)));
      int replica = luck.nextInt(2);
      try {
        present.add(
            all.get(replica)
                .begin(Optional.of("key" + luck.nextInt(3)), body, request(capabilities, replica)));
      } catch (ProtocolException otherBody) {
        assertThat(otherBody).hasMessageContaining("another body");
      }
    }

    /** Its id begins with its replica, and so does the claim that it makes. */
    private NewSessionRequest request(Map<String, Object> capabilities, int replica) {
      NewSessionRequest made = lab.request(capabilities, "10.0.0.9");
      return new NewSessionRequest(
          replica + made.id(), made.arrival(), made.payload(), made.origin(), lab.time);
    }
  }

  private static void noKeyRunsTwice(Replicas replicas) {
    Set<String> twice = processed(replicas.all.get(0));
    twice.retainAll(processed(replicas.all.get(1)));
    assertThat(twice).as("keys that both replicas process").isEmpty();
  }

  private static Set<String> processed(IdempotentRequests replica) {
    Set<String> keys = new HashSet<>();
    replica.running.forEach(
        (key, shared) -> {
          if (PROCESSED.contains(shared.state())) {
            keys.add(key);
          }
        });
    return keys;
  }

  /**
   * A claim is granted and its answer lost; then an older answer of another replica is recorded.
   */
  @Example
  void aLostGrantIsReleased() {
    whoeverIsThereIsAnswered(-119278, 6);
  }

  @Property(tries = 500)
  void whoeverIsThereIsAnswered(
      @ForAll long seed, @ForAll @IntRange(min = 5, max = 50) int lossEvery) {
    Replicas replicas = new Replicas(seed, lossEvery);
    for (int step = 0; step < STEPS; step++) {
      replicas.act();
      long until = replicas.luck.nextInt(5_000);
      for (long passed = 0; passed < until; passed += 50) {
        replicas.lab.time.pass(Duration.ofMillis(50));
        noKeyRunsTwice(replicas);
      }
    }
    replicas.lab.link.fates(() -> Fate.ARRIVES);
    for (int minute = 0; minute < 10; minute++) {
      replicas.all.forEach(IdempotentRequests::lookAgain);
      replicas.lab.time.pass(Duration.ofMinutes(1));
    }

    assertThat(replicas.present)
        .allSatisfy(pending -> assertThat(pending.answer().toCompletableFuture()).isDone());
    assertThat(replicas.all).allMatch(each -> each.running.callers() == 0);
    assertThat(replicas.records.taken()).as("keys that are taken in the store").isZero();
    assertThat(replicas.lab.flow.unsettled()).isZero();
  }
}
