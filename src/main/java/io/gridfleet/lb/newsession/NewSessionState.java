package io.gridfleet.lb.newsession;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.newsession.NewSessionMachine.Effect;
import io.gridfleet.lb.newsession.NewSessionMachine.Event;
import io.gridfleet.lb.newsession.NewSessionMachine.State;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.state.StateMachine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The state of one request, and the data that its events need.
 *
 * <p>Owner: the executor of the request, which is its event loop; other threads may only read
 * {@link #answer()}, once complete. States, events and invariants are those of {@link
 * NewSessionMachine}; {@link NewSessionFlow} applies the effects. No transition depends on the
 * other fields: held resources are one value, {@link Holding}, and the rest is data of answers.
 */
final class NewSessionState implements PendingSession {
  /** The steps kept for progress, the latest ones. */
  private static final int MAX_STEPS = 100;

  private static final Holding NOTHING = new Holding.Nothing();

  private final NewSessionRequest request;
  private final Consumer<NewSessionState> leaving;

  /**
   * Completes at most once, on the executor of the request; never after the client left. Its
   * dependents run within the event that answers, so {@link #answer(NewSessionAnswer)} is the last
   * action of an effect.
   */
  private final CompletableFuture<NewSessionAnswer> answer = new CompletableFuture<>();

  private final List<Map<String, Object>> steps = new ArrayList<>();

  /** Failed attempts; bounded, because a device that failed isn't tried again. */
  private final List<AttemptRecord> attempts = new ArrayList<>();

  private final StateMachine<State, Event, Effect> machine =
      new StateMachine<>(NewSessionMachine.TABLE);

  /**
   * Changes in the effect of an event, after the state: it matches the state only between two
   * events, where it is checked.
   */
  private Holding holding = NOTHING;

  /** Set once, by {@code READ}. */
  private @Nullable NewSessionOptions options;

  /** Set by {@code READ}; replaced after each failed attempt. */
  private @Nullable PlacementRequest placement;

  private NewSessionOptions.Progress progress = NewSessionOptions.Progress.OFF;
  private AttemptOutcome.@Nullable DeviceFailed lastFailure;

  /**
   * @param leaving handles {@link #clientLeft}
   */
  NewSessionState(NewSessionRequest request, Consumer<NewSessionState> leaving) {
    this.request = request;
    this.leaving = leaving;
  }

  /**
   * Enters the next state.
   *
   * @return the effect, which the caller applies
   * @throws IllegalStateException for an event without a row, and if a resource is held that the
   *     state doesn't allow, as it would leak
   */
  Effect fire(Event event) {
    if (event != Event.BROKEN) {
      checkHolding();
    }
    return machine.fire(event);
  }

  /** Checked before each event, and by property tests after each step. */
  void checkHolding() {
    if (!machine.state().mayHold(holding)) {
      throw new IllegalStateException(
          "request " + request.id() + " holds " + holding + " in state " + machine.state());
    }
  }

  State state() {
    return machine.state();
  }

  Holding holding() {
    return holding;
  }

  /** Replaces the held resource; the caller has handled the previous one. */
  void hold(Holding taken) {
    holding = taken;
  }

  /**
   * Hands the held resource over to another owner. Called before that owner is, so that a bug in
   * between can't give it back twice; a lock that is lost that way expires.
   */
  Holding handOver() {
    Holding before = holding;
    holding = NOTHING;
    return before;
  }

  NewSessionRequest request() {
    return request;
  }

  /** Sets the options and the request to the distributor. */
  void setOptions(NewSessionOptions read, PlacementRequest placed) {
    options = read;
    placement = placed;
  }

  NewSessionOptions options() {
    return Objects.requireNonNull(options);
  }

  /** Sets the kind of progress, before the other options are read. */
  void progress(NewSessionOptions.Progress asked) {
    progress = asked;
  }

  PlacementRequest placement() {
    return Objects.requireNonNull(placement);
  }

  List<AttemptRecord> attempts() {
    return attempts;
  }

  /**
   * Adds a failed attempt. A device that failed isn't tried again; one whose lock was lost may be,
   * with another key.
   */
  void failed(Device device, AttemptOutcome outcome, Duration took) {
    if (outcome instanceof AttemptOutcome.DeviceFailed failure) {
      attempts.add(new AttemptRecord(device, failure.cause(), took));
      lastFailure = failure;
      placement = placement().without(device.id());
    } else {
      String cause = "the lock expired before the node was asked";
      attempts.add(new AttemptRecord(device, cause, took));
      placement = placement().again();
    }
  }

  AttemptOutcome.@Nullable DeviceFailed lastFailure() {
    return lastFailure;
  }

  /** Returns its recorded session; also while it is being ended after its client has left. */
  @Nullable Session session() {
    return holding instanceof Holding.LiveSession live ? live.session() : null;
  }

  /** Returns the remaining time for further attempts. */
  Duration remaining(Instant now) {
    Duration left = Duration.between(now, request.arrival().plus(options().times().patience()));
    return left.isNegative() ? Duration.ZERO : left;
  }

  void step(Instant now, String state, String message) {
    Map<String, Object> step = new LinkedHashMap<>();
    step.put("t", Duration.between(request.arrival(), now).toMillis() / 1000.0);
    step.put("state", state);
    step.put("message", message);
    if (steps.size() == MAX_STEPS) {
      steps.remove(0);
    }
    steps.add(step);
  }

  /**
   * Completes the answer. No device may be held then: a client that repeats its request after an
   * error must not find its own device locked.
   */
  void answer(NewSessionAnswer said) {
    checkHolding();
    answer.complete(said);
  }

  @Override
  public CompletableFuture<NewSessionAnswer> answer() {
    return answer;
  }

  @Override
  public NewSessionOptions.Progress progress() {
    return options == null ? progress : options.answering().progress();
  }

  @Override
  public List<Map<String, Object>> steps() {
    return List.copyOf(steps);
  }

  /** May be called in any state, any number of times; see the table. */
  @Override
  public void clientLeft() {
    leaving.accept(this);
  }
}
