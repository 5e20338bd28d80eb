package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.lab.StoreLink;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionListener;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A bug in a step is answered with an error, and leaks no device. */
final class NewSessionFaultsTest {
  private static final Map<String, Object> ANY = Map.of("platformName", "Android");

  /** The run is queried when its request is read, twice, and when it waits. */
  private static final int WHEN_IT_WAITS = 3;

  private static NewSessionLab lab(NewSessionListener listener) {
    NewSessionLab lab = new NewSessionLab(new Random(1), listener);
    lab.fleet(1);
    return lab;
  }

  private static void isAnsweredAndNothingIsLeft(NewSessionLab lab) {
    NewSessionState state = lab.ask(ANY);
    lab.time.pass(Duration.ofSeconds(30));
    NewSessionAnswer answer = state.answer().join();
    assertThat(answer.status()).isEqualTo(500);
    assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("unknown error");
    assertThat(lab.locks.held().toCompletableFuture().join()).isEmpty();
    assertThat(lab.nodes.running()).isZero();
    assertThat(lab.distributor.queueLength()).isZero();
  }

  @Test
  void whenADeviceWasJustLocked() {
    NewSessionLab lab = lab(new NewSessionListener() {});
    lab.nodes.throwOnSend();
    isAnsweredAndNothingIsLeft(lab);
  }

  @Test
  void whenTheRequestHasJustEnteredTheQueue() {
    NewSessionLab lab = lab(new NewSessionListener() {});
    AtomicInteger asked = new AtomicInteger();
    lab.runs =
        run -> {
          if (asked.incrementAndGet() == WHEN_IT_WAITS) {
            throw new IllegalStateException("a bug, as configured");
          }
          return Optional.of(run);
        };
    NewSessionState holder = lab.ask(ANY);
    lab.time.pass(Duration.ofSeconds(1));

    NewSessionState broken = lab.ask(Map.of("gridfleet:run_id", "run-7"));
    lab.time.pass(Duration.ofSeconds(1));

    assertThat(asked).hasValue(WHEN_IT_WAITS);
    assertThat(broken.answer().join().status()).isEqualTo(500);
    assertThat(lab.distributor.queueLength()).isZero();
    lab.end(holder);
    lab.time.pass(Duration.ofSeconds(30));
    assertThat(lab.locks.held().toCompletableFuture().join()).isEmpty();
  }

  @Test
  void aDeviceGrantedDuringTheBugIsGivenBack() {
    NewSessionLab lab = lab(new NewSessionListener() {});
    AtomicInteger asked = new AtomicInteger();
    lab.runs =
        run -> {
          if (asked.incrementAndGet() == WHEN_IT_WAITS) {
            throw new IllegalStateException("a bug, as configured");
          }
          return Optional.of(run);
        };

    NewSessionState broken = lab.ask(Map.of("gridfleet:run_id", "run-7"));
    lab.time.pass(Duration.ofSeconds(1));

    assertThat(broken.answer().join().status()).isEqualTo(500);
    assertThat(lab.locks.held().toCompletableFuture().join()).isEmpty();
    assertThat(lab.nodes.keys()).isEmpty();
  }

  /** The node may still have the session: its lock is left to the sweep. */
  @Test
  void whenASessionThatWasNotRecordedIsDeleted() {
    NewSessionLab lab = lab(new NewSessionListener() {});
    lab.link.next("sessions.publish", StoreLink.Fate.REQUEST_LOST);
    lab.nodes.throwOnDelete();
    NewSessionState state = lab.ask(ANY);
    lab.time.pass(Duration.ofSeconds(5));

    assertThat(state.answer().join().status()).isEqualTo(500);
    assertThat(lab.flow.unsettled()).isZero();
    assertThat(lab.locks.held().toCompletableFuture().join())
        .extracting(HeldLock::kind)
        .containsExactly(HeldLock.Kind.ENDING);
  }

  /** A lock that is kept after the bug would be renewed until the process ends. */
  @Test
  void whenANodeIsAskedForALeftOverSession() {
    NewSessionLab lab = lab(new NewSessionListener() {});
    lab.nodes.always(ScriptedNodes.Luck.NEVER_ANSWERS);
    lab.nodes.throwOnDelete();
    NewSessionState state = lab.ask(ANY);
    lab.time.pass(Duration.ofMinutes(10));

    assertThat(state.answer().join().status()).isEqualTo(500);
    assertThat(lab.flow.unsettled()).isZero();
    assertThat(lab.locks.held().toCompletableFuture().join())
        .as("its lock has expired, for the sweep")
        .singleElement()
        .matches(held -> held.expires().orElseThrow().isBefore(lab.time.instant()));
  }

  /** An exception of a listener doesn't affect the request. */
  @Test
  void aListenerThatThrowsEndsNothingAndLeaksNothing() {
    List<String> heard = new ArrayList<>();
    NewSessionListener throwing =
        (NewSessionListener)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {NewSessionListener.class},
                (proxy, method, arguments) -> {
                  heard.add(method.getName());
                  throw new IllegalStateException("a bug, as configured");
                });
    NewSessionLab lab = lab(throwing);

    NewSessionState served = lab.ask(ANY);
    lab.time.pass(Duration.ofSeconds(5));
    assertThat(served.answer().join().status()).isEqualTo(200);
    NewSessionState refused = lab.ask(ANY);
    lab.time.pass(Duration.ofSeconds(30));
    assertThat(refused.answer().join().status()).isEqualTo(500);
    NewSessionState left = lab.ask(ANY);
    lab.time.pass(Duration.ofSeconds(1));
    left.clientLeft();
    lab.end(served);
    lab.time.pass(Duration.ofSeconds(5));
    NewSessionState leftLate = lab.ask(ANY);
    lab.time.pass(Duration.ofMillis(50));
    leftLate.clientLeft();
    lab.nodes.always(ScriptedNodes.Luck.DEVICE_FAILS);
    lab.time.pass(Duration.ofSeconds(5));
    for (int i = 0; i < 2; i++) {
      NewSessionState failed = lab.ask(ANY);
      lab.time.pass(Duration.ofMinutes(1));
      assertThat(failed.answer().join().status()).isEqualTo(500);
    }

    assertThat(heard)
        .contains("admitted", "queued", "placed", "attempted", "attemptEnded", "avoided")
        .contains("published", "created", "refused", "clientLeft", "cleanedUp")
        .contains("avoidanceChanged");
    assertThat(lab.locks.held().toCompletableFuture().join()).isEmpty();
    assertThat(lab.nodes.running()).isZero();
    assertThat(lab.flow.unsettled()).isZero();
    assertThat(lab.distributor.queueLength()).isZero();
  }

  @Test
  void aSessionThatEndsFreesItsDeviceWhateverItsListenersDo() {
    NewSessionLab lab =
        new NewSessionLab(
            new Random(1),
            new NewSessionListener() {},
            new SessionListener() {
              @Override
              public void ended(Session session, EndCause cause, Duration lived) {
                throw new IllegalStateException("a bug, as configured");
              }
            });
    lab.fleet(1);
    NewSessionState state = lab.ask(ANY);
    lab.time.pass(Duration.ofSeconds(5));
    Session session = Objects.requireNonNull(state.session());

    CompletableFuture<Boolean> ended =
        lab.endSession
            .end(session.id(), EndReason.CLIENT_DELETED, EndSession.NodeKnows.TELL_IT)
            .toCompletableFuture();
    lab.time.pass(Duration.ofSeconds(5));

    assertThat(ended).isCompletedWithValue(true);
  }
}
