package io.gridfleet.lb.newsession;

import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * A client's ask, from arrival to answer.
 *
 * @param id names the request in logs, the queue and answers
 * @param executor runs every step of the story: the event loop of the client's connection
 * @param nodes how nodes are asked for this session, where not by {@code POST /session}
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

  /** The same ask, with another way of asking nodes. */
  public NewSessionRequest over(AttemptCalls calls) {
    return new NewSessionRequest(id, arrival, payload, origin, executor, Optional.of(calls));
  }

  /** The same ask, as if it had arrived at that time. */
  public NewSessionRequest arrivedAt(Instant other) {
    return new NewSessionRequest(id, other, payload, origin, executor, nodes);
  }

  /**
   * Where a request came from, as far as the story needs it.
   *
   * @param credentials what it carried to say who asks
   * @param run the run in the base of its path
   * @param client the peer's address, and what the client calls itself
   * @param address where the client thinks that we are
   */
  public record Origin(
      Credentials credentials, Optional<String> run, Client client, Address address) {}

  /** The peer's address without its port, and its {@code User-Agent}. */
  public record Client(String address, String userAgent) {}

  /**
   * What the request says of our own address, as the client sees it, and of the client's.
   *
   * @param headers {@code host}, {@code forwarded}, {@code x-forwarded-for}, {@code
   *     x-forwarded-host} and {@code x-forwarded-proto}, those that there are
   * @param trusted whether the peer is one whose word about the client counts
   * @param local our own host and port
   * @param path the base that was taken off, without a slash at the end; may hold a token
   */
  public record Address(Map<String, String> headers, boolean trusted, String local, String path) {
    @Override
    public String toString() {
      return "Address[" + local + "]";
    }
  }
}
