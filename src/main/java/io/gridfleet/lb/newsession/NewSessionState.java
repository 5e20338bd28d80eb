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
 * One request on its way to an answer: the data that its events need, and its state.
 *
 * <p>Owner: the executor of the request, which is its event loop; only {@link #answer()} may be
 * read by others once it is complete. States, events and invariants are those of {@link
 * NewSessionMachine}; {@link NewSessionFlow} carries the effects out. The fields beside the machine
 * decide nothing: what a state holds is one value, {@link Holding}, and the rest is what answers
 * are made of.
 */
final class NewSessionState implements PendingSession {
  /** A request that is tried on more devices than this tells only its latest steps. */
  private static final int MAX_STEPS = 100;

  private static final Holding NOTHING = new Holding.Nothing();

  private final NewSessionRequest request;
  private final Consumer<NewSessionState> leaving;

  /**
   * Completes at most once, on the executor of the request; never where the client left before. Its
   * dependents run inside of the event that answers, so {@link #answer(NewSessionAnswer)} is the
   * last thing that an effect does.
   */
  private final CompletableFuture<NewSessionAnswer> answer = new CompletableFuture<>();

  private final List<Map<String, Object>> steps = new ArrayList<>();

  /** Grows by one with each attempt, and a device that failed isn't tried again. */
  private final List<AttemptRecord> attempts = new ArrayList<>();

  private final StateMachine<State, Event, Effect> machine =
      new StateMachine<>(NewSessionMachine.TABLE);

  /**
   * Changes within the effect of an event, after the state: only between two events does it fit the
   * state, which is when it is checked.
   */
  private Holding holding = NOTHING;

  /** Set by {@code READ}, and never again. */
  private @Nullable NewSessionOptions options;

  /** Set by {@code READ}; replaced by each failed attempt, which narrows it. */
  private @Nullable PlacementRequest placement;

  private NewSessionOptions.Progress progress = NewSessionOptions.Progress.OFF;
  private AttemptOutcome.@Nullable DeviceFailed lastFailure;

  /**
   * @param leaving carries out what the client's leaving means
   */
  NewSessionState(NewSessionRequest request, Consumer<NewSessionState> leaving) {
    this.request = request;
    this.leaving = leaving;
  }

  /**
   * Enters the next state.
   *
   * @return what the caller carries out now
   * @throws IllegalStateException for an event that has no row, and where something is held that
   *     the state doesn't know of: nobody would give it back
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

  /** Replaces what is held: the caller has seen to what was held before. */
  void hold(Holding taken) {
    holding = taken;
  }

  /**
   * From now on somebody else gives back what was held: called before that one is asked, so that a
   * mistake on the way can't give it back twice. A lock that is lost by it expires.
   */
  Holding letGo() {
    Holding before = holding;
    holding = NOTHING;
    return before;
  }

  NewSessionRequest request() {
    return request;
  }

  /** What it asks for, and how the distributor is asked. */
  void asks(NewSessionOptions read, PlacementRequest placed) {
    options = read;
    placement = placed;
  }

  NewSessionOptions options() {
    return Objects.requireNonNull(options);
  }

  /** What signs of life are wanted, while the rest of the wish can't be read yet. */
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
   * An attempt brought nothing. A device that failed isn't tried again; one that did nothing wrong,
   * because our lock on it was lost, may be, with another key.
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

  /** The session that was recorded for it; also after its client has left and it is being ended. */
  @Nullable Session session() {
    return holding instanceof Holding.LiveSession live ? live.session() : null;
  }

  /** The time in which another device may be tried. */
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
   * Completes the answer. No device may be held by then: whoever reads an error may ask again at
   * once, and must not find its own device locked.
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

  /** Any number of times, in any state; what it means is in the table. */
  @Override
  public void clientLeft() {
    leaving.accept(this);
  }
}
