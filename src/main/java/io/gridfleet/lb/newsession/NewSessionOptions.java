package io.gridfleet.lb.newsession;

import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.distributor.PickStrategy;
import io.gridfleet.lb.distributor.Question;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a new session request asks of us, read from its {@code gridfleet:} capabilities and the
 * standard ones that select a device.
 *
 * @param questions one for each candidate, in {@code firstMatch} order
 * @param warnings what its author may want to know: unknown names, deprecated ones
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
   * @param patience how long devices are waited for, and the window in which attempts are repeated
   * @param attempt how long one attempt may take
   * @param newCommandTimeout what the client said about silence between commands; 0 is no limit
   */
  public record Times(Duration patience, Duration attempt, Optional<Duration> newCommandTimeout) {}

  /** How a device is chosen, and whether another is tried when it fails. */
  public record Choice(PickStrategy strategy, boolean avoidFailed, boolean retry, int priority) {}

  /** How the client wants to be answered. */
  public record Answering(
      Progress progress, boolean directConnect, boolean prefixedDirectConnect) {}

  /** What the request and its session are called. */
  public record Labels(
      Optional<String> testName, Optional<String> run, @Nullable Object selector) {}

  /** Signs of life during a long wait (capabilities.md#progress). */
  public enum Progress {
    OFF,
    /** White space, then one object. */
    WHITE_SPACE,
    /** The object's {@code progress} member streamed first. */
    INLINE
  }
}
