package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gridfleet.lb.lab.RecordingNewSessionListener;
import io.gridfleet.lb.lab.StoreLink.Fate;
import io.gridfleet.lb.newsession.NewSessionMachine.Event;
import io.gridfleet.lb.newsession.NewSessionMachine.State;
import io.gridfleet.lb.newsession.ScriptedNodes.Luck;
import io.gridfleet.lb.state.UnexpectedEventException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Every transition of a new session request, made by the real flow on a virtual clock: in each
 * state the client leaves, or a bug occurs, and the pending stage completes in each of its ways.
 */
final class NewSessionMachineTest {
  private static final Duration LATENCY = Duration.ofMillis(200);
  private static final Duration STEP = Duration.ofMillis(10);

  /** States with a pending stage that a client waits for, and the two last ones. */
  private static final Set<State> BEFORE_THE_END =
      EnumSet.complementOf(EnumSet.of(State.LEFT, State.FAILED));

  /** How the pending stage completes. */
  private enum Ending {
    WELL,
    BADLY
  }

  /** One request in a state, in a lab whose store has latency. */
  private static final class Case {
    final RecordingNewSessionListener told = new RecordingNewSessionListener();
    final NewSessionLab lab = new NewSessionLab(new Random(1), told);
    final UnheardRun run = new UnheardRun();
    final Ending ending;
    final NewSessionState pending;

    Case(State state, Ending ending) {
      this.ending = ending;
      lab.fleet(3);
      lab.link.latency(LATENCY::toNanos);
      Map<String, Object> asks = new HashMap<>(Map.of("platformName", "Android"));
      asks.put("gridfleet:waitForDeviceOnlineTimeout", 5);
      asks.put("gridfleet:retryNewSessionFailure", ending == Ending.WELL);
      prepare(state, asks);
      pending = lab.ask(asks);
      reach(state);
    }

    private void prepare(State state, Map<String, Object> asks) {
      boolean well = ending == Ending.WELL;
      switch (state) {
        case READING -> {
          lab.runs = run;
          asks.put("gridfleet:run_id", UnheardRun.ID);
        }
        case QUEUED -> {
          if (well) {
            lab.link.latency(() -> 0);
          }
        }
        case ATTEMPTING -> lab.nodes.always(well ? Luck.CREATES : Luck.DEVICE_FAILS);
        case RECORDING, RETURNING -> lab.nodes.always(Luck.REFUSES_CONNECTIONS);
        case PUBLISHING -> {
          if (!well) {
            lab.link.next("sessions.publish", Fate.REQUEST_LOST);
          }
        }
        case ANSWERED -> asks.put("platformName", "nobody has this");
        default -> {}
      }
    }

    private void reach(State state) {
      for (int steps = 0; pending.state() != state; steps++) {
        assertThat(steps).as("steps to %s, now in %s", state, pending.state()).isLessThan(1_000);
        lab.time.pass(STEP);
        pending.checkHolding();
      }
    }

    /** Completes the pending stages. */
    Case complete() {
      run.received = ending == Ending.WELL;
      run.answer.complete(null);
      for (int minutes = 0; minutes < 5; minutes++) {
        lab.time.pass(Duration.ofMinutes(1));
        pending.checkHolding();
      }
      return this;
    }

    Case breaks() {
      lab.flow.steps.broken(pending, new IllegalStateException("a bug, as configured"));
      return this;
    }

    void nothingIsLeft() {
      assertThat(lab.distributor.queueLength()).isZero();
      assertThat(lab.nodes.running()).as("sessions on nodes").isZero();
      assertThat(lab.locks.held().toCompletableFuture().join()).isEmpty();
      assertThat(lab.sessions.live().toCompletableFuture().join()).isEmpty();
      assertThat(lab.flow.unsettled()).isZero();
    }

    void isAnsweredOnce(String text) {
      assertThat(pending.answer()).isDone();
      assertThat(new String(pending.answer().join().body(), StandardCharsets.UTF_8)).contains(text);
      assertThat(told.last().split("\ncreated|\nrefused|^refused", -1)).as(told.last()).hasSize(2);
    }
  }

  /** A run of another replica that isn't known here. */
  private static final class UnheardRun implements LiveRuns {
    static final String ID = "run-7";
    final CompletableFuture<Void> answer = new CompletableFuture<>();
    boolean received;

    @Override
    public Optional<String> live(String run) {
      return Optional.of(ID).filter(asked -> received);
    }

    @Override
    public CompletionStage<Void> look(String run) {
      return answer;
    }
  }

  @Test
  void aRequestIsAnsweredFromEachState() {
    for (State state : BEFORE_THE_END) {
      for (Ending ending : Ending.values()) {
        Case at = new Case(state, ending).complete();
        assertThat(at.pending.state()).isIn(State.CREATED, State.ANSWERED);
        at.isAnsweredOnce("");
        at.lab.end(at.pending);
        at.complete().nothingIsLeft();
      }
    }
  }

  /** Neither the wait nor the attempt leaves a timer. */
  @Test
  void aSessionThatWasAnsweredLeavesNoTimer() {
    NewSessionLab lab = new NewSessionLab(new Random(1), new NewSessionListener() {});
    lab.fleet(1);
    int before = lab.time.scheduled();
    NewSessionState state = lab.ask(Map.of("platformName", "Android"));
    lab.time.pass(Duration.ofSeconds(1));

    assertThat(state.state()).isEqualTo(State.CREATED);
    assertThat(lab.time.scheduled()).isEqualTo(before);
  }

  @Test
  void aClientLeavesInEachState() {
    for (State state : BEFORE_THE_END) {
      for (Ending ending : Ending.values()) {
        Case at = new Case(state, ending);
        at.pending.clientLeft();
        at.pending.clientLeft();
        at.complete();

        State last = state == State.ANSWERED ? State.ANSWERED : State.LEFT;
        assertThat(at.pending.state()).as("after %s", state).isEqualTo(last);
        assertThat(at.pending.answer().isDone())
            .as("answered after %s", state)
            .isEqualTo(state == State.ANSWERED || state == State.CREATED);
        at.nothingIsLeft();
      }
    }
  }

  /** The node's answer and the client's leaving meet on the event loop, in this order. */
  @Test
  void aClientLeavesWhenItsSessionWasJustCreated() {
    Case at = new Case(State.ATTEMPTING, Ending.WELL);
    at.lab.time.schedule(
        () -> at.lab.time.execute(at.pending::clientLeft), 100, TimeUnit.MILLISECONDS);
    at.complete();

    assertThat(at.told.last())
        .contains("client left ATTEMPT\nattempt ended on phone-0: Created\npublished\n");
    assertThat(at.pending.state()).isEqualTo(State.LEFT);
    at.nothingIsLeft();
  }

  @Test
  void aBugOccursInEachState() {
    for (State state : BEFORE_THE_END) {
      for (Ending ending : Ending.values()) {
        Case at = new Case(state, ending).breaks();
        at.isAnsweredOnce("");
        at.pending.clientLeft();
        at.complete().breaks();

        assertThat(at.pending.state()).isEqualTo(State.FAILED);
        at.isAnsweredOnce(state == State.CREATED || state == State.ANSWERED ? "" : "unknown error");
        at.complete().nothingIsLeft();
      }
    }
  }

  @Test
  void aBugOccursAfterTheClientLeft() {
    for (State state : EnumSet.of(State.READING, State.ATTEMPTING, State.CREATED)) {
      Case at = new Case(state, Ending.WELL);
      at.pending.clientLeft();
      at.breaks().complete().nothingIsLeft();
      assertThat(at.pending.state()).isEqualTo(State.FAILED);
    }
  }

  /** No state before the end has rows for two of these; each is fired as a completed stage. */
  @Test
  void anEventWithoutARowEndsTheRequest() {
    for (State state : BEFORE_THE_END) {
      Event event = state == State.RECORDING ? Event.PUBLISHED : Event.RECORDED;
      Case at = new Case(state, state == State.QUEUED ? Ending.BADLY : Ending.WELL);
      CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
      at.lab.flow.steps.next(at.pending, done, nothing -> at.pending.fire(event));
      at.complete();

      assertThat(at.pending.state()).as("after %s in %s", event, state).isEqualTo(State.FAILED);
      at.isAnsweredOnce("");
      at.nothingIsLeft();
    }
  }

  @Test
  void theResourceOfAnUnknownEventIsGivenBack() {
    Case at = new Case(State.CREATED, Ending.WELL);
    AtomicBoolean givenBack = new AtomicBoolean();
    assertThatThrownBy(
            () -> at.lab.flow.steps.fire(at.pending, Event.PLACED, () -> givenBack.set(true)))
        .isInstanceOf(UnexpectedEventException.class)
        .hasMessage("new session request: unexpected event PLACED in state CREATED");
    assertThat(givenBack).isTrue();
  }

  /** A leaked device is detected at the next event. */
  @Test
  void aResourceThatAStateDoesNotAllowIsABug() {
    Case at = new Case(State.ATTEMPTING, Ending.WELL);
    Holding attempted = at.pending.holding();
    Case other = new Case(State.CREATED, Ending.WELL);
    other.pending.hold(attempted);
    assertThatThrownBy(() -> other.pending.fire(Event.CLIENT_LEFT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("in state CREATED");
  }

  @Test
  void everyTransitionIsMade() {
    aRequestIsAnsweredFromEachState();
    aClientLeavesInEachState();
    aClientLeavesWhenItsSessionWasJustCreated();
    aBugOccursInEachState();
    aBugOccursAfterTheClientLeft();

    assertThat(NewSessionMachine.TABLE.unvisited()).isEmpty();
  }
}
