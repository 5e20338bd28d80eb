package io.gridfleet.lb.newsession.idempotency;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.newsession.NewSessionAnswer;
import io.gridfleet.lb.newsession.NewSessionFlow;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.newsession.PendingSession;
import io.gridfleet.lb.session.IdempotencyRecords;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Begins requests, each {@code X-Idempotency-Key} once on all replicas: a repeat with the same body
 * joins the running request, here or elsewhere, or receives its answer; a repeat with another body
 * is an error (clients.md#repeated-requests). If the replica that processes a key dies, a waiting
 * replica begins anew. A transient answer, such as that of a stopping server, is given to the
 * waiting clients and not stored. Keys are scoped by caller.
 *
 * <p>Threads: {@link #begin} is called on the executor of each repeat, which may be another loop
 * for each; {@link #settledElsewhere} and {@link #lookAgain} on any thread. Results for a key are
 * handled on the executor of the request that entered it. {@link SharedRequest} guards the state of
 * a key, {@link RequestsByKey} the entered keys; no foreign code is called under either lock.
 *
 * <p>Invariants: at most one request is in {@link #running} for a key, and each has a pending stage
 * or sweep that leads to its answer ({@link SharedRequestMachine}). A request that finds another
 * body there isn't in it: it waits until that one is decided, and then enters, follows, or is
 * refused.
 */
public final class IdempotentRequests {
  private final NewSessionFlow flow;
  private final Runnable repeated;

  /** The running requests by key; each is removed by its own flow. */
  final RequestsByKey running;

  private final SettledKeys keys;

  /** Fires all events except those of clients. */
  final SharedRequestFlow shared;

  /**
   * The limits of keys.
   *
   * @param keep how long an answer is kept for repeats
   * @param mostPerCaller how many running keys one caller may have here
   */
  public record Limits(Duration keep, int mostPerCaller) {}

  /**
   * The clock of arrivals, and the timer of repeated claims.
   *
   * @param timer its tasks only hand over to the executor of a request
   */
  public record Time(InstantSource clock, ScheduledExecutorService timer) {}

  /**
   * @param repeated called for each request that joins or receives an earlier answer
   * @param others called with each settled key, to notify other replicas
   */
  public IdempotentRequests(
      NewSessionFlow flow,
      IdempotencyRecords records,
      Limits limits,
      Runnable repeated,
      Consumer<String> others,
      Time time) {
    this.flow = flow;
    this.repeated = repeated;
    this.running = new RequestsByKey(limits.mostPerCaller());
    this.keys = new SettledKeys(records, limits.keep(), others);
    this.shared = new SharedRequestFlow(flow, keys, running, repeated, time);
  }

  /** Returns the error of any request with these credentials; empty if they are valid. */
  public Optional<WebDriverError> refusal(Credentials credentials, String client) {
    return flow.refusal(credentials, client);
  }

  /**
   * Parses a body; the stage may complete on another thread than the caller's.
   *
   * @return fails with a {@link ProtocolException} when the body can't be read
   */
  public CompletionStage<NewSessionPayload> read(byte[] body) {
    return flow.payload(body);
  }

  /**
   * Begins a request, joins it to a running one, or replays an answer; on its executor.
   *
   * @throws ProtocolException if the key was used with another body, or its caller has too many
   *     running keys
   */
  public PendingSession begin(Optional<String> key, byte[] body, NewSessionRequest request) {
    if (key.isEmpty() || key.get().isBlank()) {
      return flow.begin(request);
    }
    String hash = hash(body);
    String scoped = scoped(key.get(), request);
    SharedRequest fresh =
        new SharedRequest(
            hash,
            flow.caller(request),
            request,
            (left, effect) -> shared.allLeft(scoped, left, effect));
    PendingSession own =
        Objects.requireNonNull(
            fresh.join(request, flow.progress(request)), "no listener has left yet");
    for (SharedRequest known = running.enter(scoped, fresh);
        known != null;
        known = running.enter(scoped, fresh)) {
      if (!known.isClosed() && !known.bodyHash().equals(hash)) {
        if (known.decided().isDone()) {
          throw SharedRequestFlow.otherBody();
        }
        enterAfter(known, scoped, fresh);
        return own;
      }
      PendingSession joined = known.join(request, flow.progress(request));
      if (joined != null) {
        repeated.run();
        return joined;
      }
      running.remove(scoped, known);
    }
    shared.guarded(scoped, fresh, () -> shared.ask(scoped, fresh));
    return own;
  }

  /**
   * Enters a request with another body after the running one is decided, because another replica
   * may have the key with either body. It has a listener already, so its client may leave
   * meanwhile; it enters on its own loop.
   */
  private void enterAfter(SharedRequest undecided, String key, SharedRequest fresh) {
    Failures.log(
        undecided
            .decided()
            .thenRunAsync(
                () -> shared.guarded(key, fresh, () -> enter(key, fresh)),
                fresh.first().executor()),
        "repeat " + fresh.first().id());
  }

  private void enter(String key, SharedRequest fresh) {
    if (fresh.isClosed()) {
      return;
    }
    try {
      enter(key, fresh, running.enter(key, fresh));
    } catch (ProtocolException tooMany) {
      shared.replay(key, fresh, NewSessionAnswer.forNow(tooMany.error(), legacy(fresh)));
    }
  }

  /**
   * @param known the running request of the key; null if this one has entered
   */
  private void enter(String key, SharedRequest fresh, @Nullable SharedRequest known) {
    if (known == null) {
      shared.ask(key, fresh);
      return;
    }
    boolean closed = known.isClosed();
    if (!closed && !known.decided().isDone()) {
      enterAfter(known, key, fresh);
    } else if (!closed && !known.bodyHash().equals(fresh.bodyHash())) {
      repeated.run();
      shared.replay(
          key, fresh, NewSessionAnswer.of(SharedRequestFlow.otherBody().error(), legacy(fresh)));
    } else {
      PendingSession joined = known.join(fresh.first(), flow.progress(fresh.first()));
      if (joined == null) {
        running.remove(key, known);
        enter(key, fresh);
      } else {
        follow(key, fresh, joined);
      }
    }
  }

  /** Continues a repeat that had to wait as a listener of the running request. */
  private void follow(String key, SharedRequest fresh, PendingSession joined) {
    repeated.run();
    shared.started(fresh, joined);
    joined
        .answer()
        .thenAccept(answer -> shared.guarded(key, fresh, () -> shared.replay(key, fresh, answer)));
  }

  /**
   * Handles a key that another replica has answered or released. On the thread of signals. A
   * pending claim may have an outdated result, and is followed by another.
   */
  public void settledElsewhere(String key) {
    SharedRequest waits = running.get(key);
    if (waits != null) {
      shared.guarded(key, waits, () -> shared.ask(key, waits));
    }
  }

  /**
   * Claims waiting keys again and retries failed writes, because signals may be lost and a dead
   * replica sends none. On the timer; costs one claim for each key that waits for another replica.
   */
  public void lookAgain() {
    running.forEach((key, entered) -> shared.guarded(key, entered, () -> shared.ask(key, entered)));
    keys.writeAgain();
  }

  private static boolean legacy(SharedRequest shared) {
    return shared.first().payload().legacy();
  }

  private static String scoped(String key, NewSessionRequest request) {
    String caller =
        request.origin().credentials().secret().orElse(request.origin().client().address());
    return hash((caller + "\n" + key).getBytes(StandardCharsets.UTF_8));
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
