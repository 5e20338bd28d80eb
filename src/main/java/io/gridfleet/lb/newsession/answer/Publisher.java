package io.gridfleet.lb.newsession.answer;

import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.SessionLimits;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.newsession.AttemptOutcome;
import io.gridfleet.lb.newsession.NewSessionAnswer;
import io.gridfleet.lb.newsession.NewSessionOptions;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.newsession.Refusals;
import io.gridfleet.lb.newsession.attempt.Attempts;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.IdleLimits;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.session.SessionMap.Publication;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/** Records a session that a node has created, and composes the client's answer. Any thread. */
public final class Publisher {
  /** The delay between tries to withdraw a publication. */
  private static final Duration AGAIN = Duration.ofSeconds(1);

  private static final String NO_ANSWER =
      "The store can't be reached, so the session can't be kept; try again.";

  private final SessionMap sessions;
  private final Attempts attempts;
  private final Limits limits;
  private final ScheduledExecutorService timer;
  private final InstantSource storeTime;

  public Publisher(
      SessionMap sessions,
      Attempts attempts,
      Limits limits,
      ScheduledExecutorService timer,
      InstantSource storeTime) {
    this.sessions = sessions;
    this.attempts = attempts;
    this.limits = limits;
    this.timer = timer;
    this.storeTime = storeTime;
  }

  /**
   * The limits of sessions' idle time, and of the time of one command.
   *
   * @param command the minimum; clients may request more
   */
  public record Limits(IdleLimits idle, Duration command) {}

  /** The result of a publication. */
  public sealed interface Result {}

  /** A recorded session, and its client's answer. */
  public record Published(Session session, Device device, NewSessionAnswer answer)
      implements Result {}

  /**
   * A session that wasn't recorded.
   *
   * @param error for the client
   * @param cause for the log
   * @param uncertain the session, if the store may have recorded it without an answer
   */
  public record NotPublished(WebDriverError error, String cause, Optional<Session> uncertain)
      implements Result {}

  /** Returns the limits of a session whose node hasn't said which driver it has. */
  public SessionLimits limits(NewSessionOptions.Times times) {
    return new SessionLimits(
        times.attempt(), limits.idle().of(times.newCommandTimeout(), Capabilities.of(Map.of())));
  }

  /** Records the session; the stage never fails. */
  public CompletionStage<Result> publish(
      NewSessionRequest request,
      NewSessionOptions options,
      Placement.Placed placed,
      AttemptOutcome.Created created) {
    SessionAnswer answer = SessionAnswer.of(reader(request, options), placed.device(), created);
    Session session = session(options, placed, created, answer);
    return asked(() -> sessions.publish(session))
        .handle(
            (publication, failure) -> {
              if (publication == null) {
                return new NotPublished(
                    Refusals.plain(NO_ANSWER), String.valueOf(failure), Optional.of(session));
              }
              if (publication != Publication.PUBLISHED) {
                WebDriverError error = notRecorded(publication, session);
                return new NotPublished(error, error.message(), Optional.empty());
              }
              attempts.handOver(placed.lock());
              NewSessionAnswer said =
                  new NewSessionAnswer(200, answer.body(), Optional.of(session), true);
              return new Published(session, placed.device(), said);
            });
  }

  /**
   * Withdraws a publication and retries without limit; completes when the store has confirmed it.
   */
  public CompletionStage<Void> withdraw(Session session) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    withdraw(session, done);
    return done;
  }

  private void withdraw(Session session, CompletableFuture<Void> done) {
    asked(() -> sessions.withdraw(session, EndReason.CLIENT_GONE))
        .whenComplete(
            (answer, failure) -> {
              if (failure == null) {
                done.complete(null);
              } else {
                Timers.after(
                    timer,
                    AGAIN,
                    "withdrawing session " + session.id(),
                    () -> withdraw(session, done));
              }
            });
  }

  private static <T> CompletionStage<T> asked(Supplier<CompletionStage<T>> store) {
    try {
      return store.get();
    } catch (RuntimeException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  private Duration commandTimeout(NewSessionOptions options) {
    return options
        .times()
        .newCommandTimeout()
        .filter(asked -> asked.compareTo(limits.command()) > 0)
        .orElse(limits.command());
  }

  private static SessionAnswer.Reader reader(NewSessionRequest request, NewSessionOptions options) {
    PublicUrls.Base base = PublicUrls.Base.of(request);
    return new SessionAnswer.Reader(
        request.payload().legacy(),
        options.tenant().isAnonymous() ? base : base.withKey(),
        request.origin().client().userAgent(),
        options.labels().selector(),
        options.answering().directConnect() && options.tenant().directConnect(),
        options.answering().prefixedDirectConnect());
  }

  private Session session(
      NewSessionOptions options,
      Placement.Placed placed,
      AttemptOutcome.Created created,
      SessionAnswer answer) {
    Session.Terms terms =
        new Session.Terms(
            options.tenant().name(),
            options.labels().run(),
            options.labels().testName(),
            limits.idle().of(options.times().newCommandTimeout(), created.answered()),
            commandTimeout(options),
            answer.direct());
    return new Session(
        created.id(),
        placed.lock(),
        placed.device().node().id(),
        terms,
        answer.capabilities(),
        answer.tunnels(),
        storeTime.instant());
  }

  private static WebDriverError notRecorded(Publication publication, Session session) {
    String why =
        switch (publication) {
          case DUPLICATE_ID ->
              "node " + session.node() + " gave a session id that another session has";
          case RUN_OVER -> "run " + session.terms().run().orElse("") + " ended while it started";
          default -> "the lock on its device expired while it started";
        };
    return WebDriverError.of(ErrorCode.SESSION_NOT_CREATED, "The session can't be kept: " + why);
  }
}
