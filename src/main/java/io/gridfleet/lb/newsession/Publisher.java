package io.gridfleet.lb.newsession;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.session.IdleLimits;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.session.SessionMap.Publication;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Records a session that a node has created, and says how the client is answered. */
public final class Publisher {
  private final SessionMap sessions;
  private final Attempts attempts;
  private final Inventory inventory;
  private final Limits limits;
  private final InstantSource clock;

  public Publisher(
      SessionMap sessions,
      Attempts attempts,
      Inventory inventory,
      Limits limits,
      InstantSource clock) {
    this.sessions = sessions;
    this.attempts = attempts;
    this.inventory = inventory;
    this.limits = limits;
    this.clock = clock;
  }

  /**
   * How long sessions may be silent, and how long one of their commands may take.
   *
   * @param command where the client doesn't ask for more
   */
  public record Limits(IdleLimits idle, Duration command) {}

  /** A recorded session, and what its client reads. */
  record Published(Session session, Device device, NewSessionAnswer answer) {}

  CompletionStage<Published> publish(
      Story story, Placement.Placed placed, AttemptOutcome.Created created) {
    SessionAnswer answer = SessionAnswer.of(reader(story), placed.device(), created);
    Session session = session(story, placed, created, answer);
    return sessions
        .publish(session)
        .thenApply(
            publication -> {
              if (publication != Publication.PUBLISHED) {
                throw new ProtocolException(notRecorded(publication, session));
              }
              attempts.handOver(placed.lock());
              NewSessionAnswer said =
                  new NewSessionAnswer(200, answer.body(), Optional.of(session), true);
              return new Published(session, placed.device(), said);
            });
  }

  private Duration commandTimeout(SessionWish wish) {
    return wish.times()
        .newCommandTimeout()
        .filter(asked -> asked.compareTo(limits.command()) > 0)
        .orElse(limits.command());
  }

  private static SessionAnswer.Reader reader(Story story) {
    NewSessionRequest request = story.request();
    NewSessionRequest.Address address = request.origin().address();
    PublicUrls.Base base =
        PublicUrls.Base.of(
                address.headers(), address.trusted(), false, address.local(), address.path())
            .orWhatTheClientSays(request.payload().candidates());
    SessionWish wish = story.wish();
    return new SessionAnswer.Reader(
        request.payload().legacy(),
        wish.tenant().isAnonymous() ? base : base.withKey(),
        request.origin().client().userAgent(),
        wish.labels().selector(),
        wish.answering().directConnect() && wish.tenant().directConnect(),
        wish.answering().prefixedDirectConnect());
  }

  private Session session(
      Story story, Placement.Placed placed, AttemptOutcome.Created created, SessionAnswer answer) {
    SessionWish wish = story.wish();
    Session.Terms terms =
        new Session.Terms(
            wish.tenant().name(),
            wish.labels().run(),
            wish.labels().testName(),
            limits.idle().of(wish.times().newCommandTimeout(), created.answered()),
            commandTimeout(wish),
            answer.direct());
    return new Session(
        created.id(),
        placed.lock(),
        placed.device().node().id(),
        terms,
        answer.capabilities(),
        answer.tunnels(),
        clock.instant());
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

  /** What a client is told when its session exists but couldn't be recorded. */
  static WebDriverError error(@Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof ProtocolException known
        ? known.error()
        : Refusals.plain("The store can't be reached, so the session can't be kept; try again.");
  }

  Optional<Device> device(Session session) {
    return inventory.device(session.lock().device());
  }
}
