package io.gridfleet.lb.history;

import io.gridfleet.lb.device.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One step of a new session request.
 *
 * @param at by the store's clock
 * @param outcome what came of it, in snake case
 * @param cause why, in words or as a code
 * @param nodeText the node's own words
 */
public record RequestStep(
    Instant at,
    Kind kind,
    Optional<NamedDevice> device,
    Optional<String> outcome,
    Optional<String> cause,
    Optional<String> nodeText,
    Optional<Duration> took) {

  /** The kinds of steps; their names in lower case are those of the API. */
  public enum Kind {
    ADMITTED,
    QUEUED,
    WOKEN,
    LOCKED,
    ATTEMPT,
    ATTEMPT_ENDED,
    AVOIDED,
    PUBLISHED,
    CREATED,
    REFUSED,
    CLIENT_LEFT,
    CLEANED_UP
  }

  /** A device and its name at that time. */
  public record NamedDevice(DeviceId id, String name) {}

  public static RequestStep of(Kind kind, Instant at) {
    return of(kind, at, Optional.empty(), Optional.empty());
  }

  /** Returns a step with one object, because each request has several. */
  public static RequestStep of(
      Kind kind, Instant at, Optional<NamedDevice> device, Optional<Duration> took) {
    return new RequestStep(
        at, kind, device, Optional.empty(), Optional.empty(), Optional.empty(), took);
  }

  public RequestStep on(NamedDevice other) {
    return new RequestStep(at, kind, Optional.of(other), outcome, cause, nodeText, took);
  }

  public RequestStep outcome(String word) {
    return new RequestStep(at, kind, device, Optional.of(word), cause, nodeText, took);
  }

  public RequestStep cause(String text) {
    return new RequestStep(at, kind, device, outcome, Optional.of(text), nodeText, took);
  }

  public RequestStep nodeText(String text) {
    return new RequestStep(at, kind, device, outcome, cause, Optional.of(text), took);
  }

  public RequestStep took(Duration duration) {
    return new RequestStep(at, kind, device, outcome, cause, nodeText, Optional.of(duration));
  }

  /** Returns the approximate number of characters as they are stored. */
  int weight() {
    int name = device.isPresent() ? device.get().name().length() : 0;
    return 100 + name + length(cause) + length(nodeText);
  }

  private static int length(Optional<String> text) {
    return text.isPresent() ? text.get().length() : 0;
  }
}
