package io.gridfleet.lb.newsession;

import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.distributor.PickStrategy;
import io.gridfleet.lb.distributor.Question;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The options of a new session request, read from its {@code gridfleet:} capabilities and the
 * standard ones that select a device.
 *
 * @param questions one for each candidate, in {@code firstMatch} order
 * @param warnings unknown and deprecated names
 */
public record NewSessionOptions(
    Tenant tenant,
    List<Question> questions,
    Times times,
    Choice choice,
    Answering answering,
    Labels labels,
    List<String> warnings) {
  public NewSessionOptions {
    questions = List.copyOf(questions);
    warnings = List.copyOf(warnings);
  }

  /**
   * The time budget (capabilities.md#time-limits).
   *
   * @param patience the maximum wait for a device, and the time in which attempts are repeated
   * @param attempt the time-out of one attempt
   * @param newCommandTimeout the client's limit of idle time between commands; 0 is no limit
   */
  public record Times(Duration patience, Duration attempt, Optional<Duration> newCommandTimeout) {}

  /** How a device is chosen, and whether another is tried when it fails. */
  public record Choice(PickStrategy strategy, boolean avoidFailed, boolean retry, int priority) {}

  /** Options of the answer. */
  public record Answering(
      Progress progress, boolean directConnect, boolean prefixedDirectConnect) {}

  /** Labels of the request and its session. */
  public record Labels(
      Optional<String> testName, Optional<String> run, @Nullable Object selector) {}

  /** The kind of progress sent during a long wait (capabilities.md#progress). */
  public enum Progress {
    OFF,
    /** White space, then one object. */
    WHITE_SPACE,
    /** The object's {@code progress} member streamed first. */
    INLINE
  }
}
