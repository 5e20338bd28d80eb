package io.gridfleet.lb.router;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.auth.Tokens;
import io.gridfleet.lb.newsession.AttemptCalls;
import io.gridfleet.lb.newsession.NewSessionAnswer;
import io.gridfleet.lb.newsession.NewSessionFlow;
import io.gridfleet.lb.newsession.NewSessionOptions;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.newsession.NewSessionRequest.Address;
import io.gridfleet.lb.newsession.NewSessionRequest.Client;
import io.gridfleet.lb.newsession.NewSessionRequest.Origin;
import io.gridfleet.lb.newsession.PendingSession;
import io.gridfleet.lb.newsession.idempotency.IdempotentRequests;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint of {@code POST /session}: reads the body, begins the new session request, observes
 * the client's disconnection, and writes the answer, preceded by progress bytes where the client
 * requests them. Runs on the client's event loop.
 */
public final class NewSessionEndpoint implements Endpoint {
  private static final int UNAUTHORIZED = 401;
  private static final EndpointAnswer MISTAKE =
      EndpointAnswer.error(
          WebDriverError.of(ErrorCode.UNKNOWN_ERROR, "Something is wrong in GridFleet LB"));
  private static final List<String> ADDRESS_HEADERS =
      List.of("host", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto");

  private final IdempotentRequests requests;
  private final BooleanSupplier stopping;
  private final Peers peers;
  private final Duration progressInterval;
  private final ScheduledExecutorService timer;
  private final InstantSource clock;

  /**
   * The addresses that the endpoint needs.
   *
   * @param trusted peers whose forwarding headers are trusted
   * @param local this server's host and port
   */
  public record Peers(Predicate<InetAddress> trusted, Supplier<String> local) {}

  public NewSessionEndpoint(
      IdempotentRequests requests,
      BooleanSupplier stopping,
      Peers peers,
      Duration progressInterval,
      ScheduledExecutorService timer,
      InstantSource clock) {
    this.requests = requests;
    this.stopping = stopping;
    this.peers = peers;
    this.progressInterval = progressInterval;
    this.timer = timer;
    this.clock = clock;
  }

  /**
   * Refuses a request or a BiDi session's handshake by its head; in the shape of both protocols,
   * because the protocol is known only from the body.
   */
  @Override
  public Optional<EndpointAnswer> refusal(Exchange exchange) {
    if (stopping.getAsBoolean()) {
      return Optional.of(EndpointAnswer.error(NewSessionFlow.stopping()));
    }
    return requests
        .refusal(credentials(exchange), address(exchange.client()).getHostAddress())
        .map(
            error -> challenged(EndpointAnswer.json(error.status(), error.bodyWithLegacyStatus())));
  }

  private static Route.Base base(Exchange exchange) {
    return exchange.route() instanceof Route.BidiSession socket
        ? socket.base()
        : ((Route.NewSession) exchange.route()).base();
  }

  private static Credentials credentials(Exchange exchange) {
    Route.Base base = base(exchange);
    return Credentials.of(Optional.ofNullable(base.token()), exchange.header("authorization"));
  }

  @Override
  public void handle(Exchange exchange) {
    BodyTask.run(exchange, body -> read(exchange, body), MISTAKE);
  }

  private CompletionStage<?> read(Exchange exchange, byte[] body) {
    return requests
        .read(body)
        .handle(Read::new)
        .thenComposeAsync(read -> begin(exchange, body, read), exchange.executor());
  }

  private record Read(@Nullable NewSessionPayload payload, @Nullable Throwable failure) {
    /** Returns the payload, or throws what reading it has thrown. */
    NewSessionPayload get() {
      if (payload != null) {
        return payload;
      }
      throw Failures.unchecked(Objects.requireNonNull(failure));
    }
  }

  /** Completes when the answer is written; fails if a defect prevents that. */
  private CompletionStage<?> begin(Exchange exchange, byte[] body, Read read) {
    PendingSession pending;
    try {
      NewSessionRequest request = request(exchange, read.get());
      pending = requests.begin(exchange.header("x-idempotency-key"), body, request);
    } catch (ProtocolException bad) {
      exchange.answer(EndpointAnswer.error(bad.error()));
      return CompletableFuture.completedFuture(null);
    }
    Failures.log(
        exchange.clientLeft().thenRunAsync(pending::clientLeft, exchange.executor()),
        "the end of a request whose client left");
    return answered(exchange, pending)
        .whenComplete(
            (done, mistake) -> {
              if (mistake != null) {
                pending.clientLeft();
              }
            });
  }

  private CompletionStage<Void> answered(Exchange exchange, PendingSession pending) {
    if (pending.progress() != NewSessionOptions.Progress.OFF && exchange.canStream()) {
      return new Progress(exchange, pending, progressInterval, timer).start();
    }
    return pending.answer().thenAccept(answer -> exchange.answer(whole(answer)));
  }

  /**
   * Begins a new session that isn't requested by {@code POST /session}, on the exchange's executor.
   *
   * @param calls how it is requested from nodes
   * @throws ProtocolException for a request that can't be begun
   */
  PendingSession begin(Exchange exchange, NewSessionPayload payload, AttemptCalls calls) {
    NewSessionRequest request = request(exchange, payload).over(calls);
    return requests.begin(Optional.empty(), new byte[0], request);
  }

  static EndpointAnswer whole(NewSessionAnswer answer) {
    return challenged(EndpointAnswer.jsonBytes(answer.status(), answer.body()));
  }

  private static EndpointAnswer challenged(EndpointAnswer answer) {
    return answer.status() == UNAUTHORIZED
        ? answer.with("WWW-Authenticate", Tokens.CHALLENGE)
        : answer;
  }

  private NewSessionRequest request(Exchange exchange, NewSessionPayload payload) {
    Route.Base base = base(exchange);
    InetAddress peer = address(exchange.client());
    Map<String, String> addresses = new HashMap<>();
    ADDRESS_HEADERS.forEach(
        name -> exchange.header(name).ifPresent(value -> addresses.put(name, value)));
    Origin origin =
        new Origin(
            credentials(exchange),
            Optional.ofNullable(base.run()),
            new Client(peer.getHostAddress(), exchange.header("user-agent").orElse("")),
            new Address(
                addresses,
                peers.trusted().test(peer),
                peers.local().get(),
                base.run() == null ? "" : "/run/" + base.run()));
    Instant arrival = clock.instant();
    return new NewSessionRequest(
        RequestIds.next(arrival), arrival, payload, origin, exchange.executor());
  }

  private static InetAddress address(SocketAddress client) {
    return client instanceof InetSocketAddress socket && socket.getAddress() != null
        ? socket.getAddress()
        : InetAddress.getLoopbackAddress();
  }
}
