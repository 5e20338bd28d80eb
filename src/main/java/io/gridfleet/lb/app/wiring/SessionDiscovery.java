package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.auth.Tokens;
import io.gridfleet.lb.router.Endpoint;
import io.gridfleet.lb.router.EndpointAnswer;
import io.gridfleet.lb.router.Exchange;
import io.gridfleet.lb.router.Route;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.webdriver.DirectConnectKeys;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The caller's live sessions, newest first, as nodes list theirs: JSON Wire's {@code GET /sessions}
 * and Appium's {@code GET /appium/sessions}. Capabilities are those that the client was given,
 * without directConnect keys. The store is read and the answer is made away from the event loops.
 */
final class SessionDiscovery implements Endpoint {
  private static final Logger log = LoggerFactory.getLogger(SessionDiscovery.class);
  private static final int UNAUTHORIZED = 401;
  private static final int MAX_SESSIONS = 1_000;

  /** Of JSON of capabilities; sessions beyond are listed with none. */
  private static final int MAX_CHARACTERS = 1024 * 1024;

  private final SessionMap sessions;
  private final Admission admission;
  private final Executor elsewhere;

  SessionDiscovery(SessionMap sessions, Admission admission, Executor elsewhere) {
    this.sessions = sessions;
    this.admission = admission;
    this.elsewhere = elsewhere;
  }

  @Override
  public Optional<EndpointAnswer> refusal(Exchange exchange) {
    try {
      tenant(exchange);
      return Optional.empty();
    } catch (ProtocolException refused) {
      return Optional.of(refused(refused.error()));
    }
  }

  @Override
  public void handle(Exchange exchange) {
    Optional<String> tenant;
    try {
      tenant = tenant(exchange);
    } catch (ProtocolException refused) {
      exchange.answer(refused(refused.error()));
      return;
    }
    boolean appium = ((Route.Sessions) exchange.route()).appium();
    Failures.log(
        sessions
            .liveOf(tenant, MAX_SESSIONS, MAX_CHARACTERS)
            .thenApplyAsync(found -> listed(found, appium), elsewhere)
            .exceptionally(SessionDiscovery::failed)
            .thenAccept(exchange::answer),
        "the list of sessions");
  }

  /** Whose sessions are listed; empty for all, in a lab without tokens. */
  private Optional<String> tenant(Exchange exchange) {
    if (!admission.asksForTokens()) {
      return Optional.empty();
    }
    Route.Base base = ((Route.Sessions) exchange.route()).base();
    Credentials credentials =
        Credentials.of(Optional.ofNullable(base.token()), exchange.header("authorization"));
    return Optional.of(admission.admit(credentials).name());
  }

  private static EndpointAnswer refused(WebDriverError refusal) {
    EndpointAnswer answer =
        EndpointAnswer.error(
            WebDriverError.of(ErrorCode.UNKNOWN_ERROR, refusal.message())
                .withStatus(refusal.status()));
    return refusal.status() == UNAUTHORIZED
        ? answer.with("WWW-Authenticate", Tokens.CHALLENGE)
        : answer;
  }

  private static EndpointAnswer failed(Throwable failure) {
    log.warn("live sessions can't be listed: {}", failure.toString());
    return EndpointAnswer.error(
        WebDriverError.of(
            ErrorCode.UNKNOWN_ERROR, "the sessions can't be listed now; try again later"));
  }

  private static EndpointAnswer listed(List<Session> found, boolean appium) {
    Function<Session, Map<String, Object>> entry =
        session -> {
          Map<String, Object> members = new LinkedHashMap<>();
          members.put("id", session.id().value());
          if (appium) {
            members.put("created", session.created().toEpochMilli());
          }
          members.put(
              "capabilities", session.capabilities().without(DirectConnectKeys::isKey).asMap());
          return members;
        };
    return EndpointAnswer.value(found.stream().map(entry).toList());
  }
}
