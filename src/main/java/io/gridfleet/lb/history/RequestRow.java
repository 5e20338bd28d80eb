package io.gridfleet.lb.history;

import io.gridfleet.lb.history.RequestStep.NamedDevice;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is known of a new session request without its steps: a row of lists.
 *
 * @param arrived by the store's clock, in whole milliseconds
 * @param ended empty while the request is in progress
 * @param selector what it asks for, as text
 */
public record RequestRow(
    String id,
    Instant arrived,
    Optional<Instant> ended,
    Outcome outcome,
    Asker asker,
    String selector,
    Result result,
    Times times,
    ServedBy servedBy) {

  /** The state of a request in progress, or its outcome. */
  public enum Outcome {
    /** Waits for a device. */
    WAITING,
    /** A session is being created on a device. */
    STARTING,
    CREATED,
    REFUSED,
    CLIENT_LEFT,
    /** Its replica died, or its end could not be written. */
    LOST;

    public boolean isOpen() {
      return this == WAITING || this == STARTING;
    }
  }

  /**
   * Who asked.
   *
   * @param client the product of the {@code User-Agent}
   */
  public record Asker(
      String tenant, Optional<String> run, Optional<String> testName, String client) {}

  /**
   * What came of it.
   *
   * @param device the last one that was locked for it
   * @param attempts how many attempts were begun on nodes
   * @param error the message of the refusal
   */
  public record Result(
      Optional<String> session,
      Optional<NamedDevice> device,
      int attempts,
      Optional<String> error) {}

  /**
   * Where its time went.
   *
   * @param waited for devices
   * @param atNodes in attempts
   * @param total from arrival to answer; empty while it is in progress
   */
  public record Times(Duration waited, Duration atNodes, Optional<Duration> total) {
    /** Returns the time spent by the server itself. */
    public Optional<Duration> own() {
      return total.map(all -> positive(all.minus(waited).minus(atNodes)));
    }

    private static Duration positive(Duration duration) {
      return duration.isNegative() ? Duration.ZERO : duration;
    }
  }

  /** The replica that the client is connected to. */
  public record ServedBy(String id, String name) {}
}
