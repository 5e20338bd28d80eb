package io.gridfleet.lb.newsession;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.Order;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.newsession.NewSessionListener.Phase;
import io.gridfleet.lb.session.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** How far one request has come. All state belongs to the executor of the request. */
final class Story implements PendingSession {
  /** A request that is tried on more devices than this tells only its latest steps. */
  private static final int MOST_STEPS = 100;

  /** What a story does when its client leaves. */
  interface Leaving {
    void clientLeft(Story story, Phase phase);
  }

  private final NewSessionRequest request;
  private final Leaving leaving;
  private final CompletableFuture<NewSessionAnswer> answer = new CompletableFuture<>();
  private final List<Map<String, Object>> steps = new ArrayList<>();
  private final List<AttemptRecord> attempts = new ArrayList<>();
  private @Nullable SessionWish wish;
  private SessionWish.Progress progress = SessionWish.Progress.OFF;
  private @Nullable Order order;
  private Distributor.@Nullable Wait wait;
  private @Nullable Attempt attempt;
  private @Nullable DeviceLock holding;
  private @Nullable Session session;
  private AttemptOutcome.@Nullable DeviceFailed lastFailure;
  private boolean clientLeft;

  Story(NewSessionRequest request, Leaving leaving) {
    this.request = request;
    this.leaving = leaving;
  }

  NewSessionRequest request() {
    return request;
  }

  SessionWish wish() {
    return Objects.requireNonNull(wish);
  }

  void wish(SessionWish read) {
    wish = read;
  }

  /** What signs of life are wanted, while the rest of the wish can't be read yet. */
  void progress(SessionWish.Progress asked) {
    progress = asked;
  }

  Order order() {
    return Objects.requireNonNull(order);
  }

  void order(Order placed) {
    order = placed;
  }

  void waiting(Distributor.Wait place) {
    wait = place;
  }

  void attempting(@Nullable Attempt tried) {
    attempt = tried;
    wait = null;
  }

  /** The lock that nobody else would give back if the story broke now. */
  @Nullable DeviceLock holding() {
    return holding;
  }

  void holding(@Nullable DeviceLock lock) {
    holding = lock;
  }

  @Nullable Attempt attempt() {
    return attempt;
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
      order = order().without(device.id());
    } else {
      String cause = "the lock expired before the node was asked";
      attempts.add(new AttemptRecord(device, cause, took));
      order = order().again();
    }
  }

  AttemptOutcome.@Nullable DeviceFailed lastFailure() {
    return lastFailure;
  }

  void published(Session created) {
    session = created;
  }

  @Nullable Session session() {
    return session;
  }

  /** The time in which another device may be tried. */
  Duration left(Instant now) {
    Duration left = Duration.between(now, request.arrival().plus(wish().times().patience()));
    return left.isNegative() ? Duration.ZERO : left;
  }

  void step(Instant now, String state, String message) {
    Map<String, Object> step = new LinkedHashMap<>();
    step.put("t", Duration.between(request.arrival(), now).toMillis() / 1000.0);
    step.put("state", state);
    step.put("message", message);
    if (steps.size() == MOST_STEPS) {
      steps.remove(0);
    }
    steps.add(step);
  }

  boolean gone() {
    return clientLeft;
  }

  /** The wait that nobody else would end if the story broke now. */
  Distributor.@Nullable Wait pendingWait() {
    return wait;
  }

  /** Nothing is held by then that only this story would give back. */
  void answer(NewSessionAnswer said) {
    if (holding != null) {
      throw new IllegalStateException("the lock on " + holding.device() + " is still held");
    }
    answer.complete(said);
  }

  @Override
  public CompletableFuture<NewSessionAnswer> answer() {
    return answer;
  }

  @Override
  public SessionWish.Progress progress() {
    return wish == null ? progress : wish.answering().progress();
  }

  @Override
  public List<Map<String, Object>> steps() {
    return List.copyOf(steps);
  }

  @Override
  public void clientLeft() {
    if (clientLeft) {
      return;
    }
    clientLeft = true;
    if (answer.isDone() && session == null) {
      return;
    }
    if (wait != null) {
      // The wait ends before its place is offered: a repeat may take it on another loop at once.
      wait.end(new Placement.Removed("the client left"));
      leaving.clientLeft(this, Phase.QUEUED);
    } else if (session != null) {
      leaving.clientLeft(this, Phase.CREATED);
    } else if (attempt != null) {
      leaving.clientLeft(this, Phase.ATTEMPT);
      attempt.abandon();
    } else if (order != null) {
      // Between two attempts: a device is being given back before the next is asked for.
      leaving.clientLeft(this, Phase.ATTEMPT);
    }
  }
}
