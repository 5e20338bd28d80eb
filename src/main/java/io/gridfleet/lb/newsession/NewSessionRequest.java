package io.gridfleet.lb.newsession;

import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * A client's new session request.
 *
 * @param id identifies the request in logs, the queue and answers
 * @param executor runs every step of the request: the event loop of the client's connection
 * @param nodes how nodes are called for this session, if not by {@code POST /session}
 */
public record NewSessionRequest(
    String id,
    Instant arrival,
    NewSessionPayload payload,
    Origin origin,
    Executor executor,
    Optional<AttemptCalls> nodes) {

  public NewSessionRequest(
      String id, Instant arrival, NewSessionPayload payload, Origin origin, Executor executor) {
    this(id, arrival, payload, origin, executor, Optional.empty());
  }

  /** Returns the same request with another way to call nodes. */
  public NewSessionRequest over(AttemptCalls calls) {
    return new NewSessionRequest(id, arrival, payload, origin, executor, Optional.of(calls));
  }

  /** Returns the same request with another arrival. */
  public NewSessionRequest arrivedAt(Instant other) {
    return new NewSessionRequest(id, other, payload, origin, executor, nodes);
  }

  /**
   * The origin of a request.
   *
   * @param credentials the credentials of its caller
   * @param run the run in the base of its path
   * @param client the peer's address and {@code User-Agent}
   * @param address this server's address as the client sees it
   */
  public record Origin(
      Credentials credentials, Optional<String> run, Client client, Address address) {}

  /** The peer's address without its port, and its {@code User-Agent}. */
  public record Client(String address, String userAgent) {}

  /**
   * The addresses of this server and the client, as reported by the request.
   *
   * @param headers {@code host}, {@code forwarded}, {@code x-forwarded-for}, {@code
   *     x-forwarded-host} and {@code x-forwarded-proto}, as far as present
   * @param trusted whether the peer is a trusted proxy
   * @param local this server's host and port
   * @param path the removed base path, without a slash at the end; may contain a token
   */
  public record Address(Map<String, String> headers, boolean trusted, String local, String path) {
    @Override
    public String toString() {
      return "Address[" + local + "]";
    }
  }
}
