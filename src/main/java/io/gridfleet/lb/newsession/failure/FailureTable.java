package io.gridfleet.lb.newsession.failure;

import io.gridfleet.lb.newsession.AttemptOutcome;
import io.gridfleet.lb.newsession.AttemptOutcome.Answer;
import io.gridfleet.lb.newsession.AttemptOutcome.DeviceFailed;
import io.gridfleet.lb.newsession.AttemptOutcome.Refused;
import io.gridfleet.lb.newsession.failure.FailureRule.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Classifies nodes' answers to New Session by whose fault they are. The first matching row counts:
 * those of the configuration, then the known ones. Without a matching row the device is at fault,
 * but isn't avoided at once. Immutable.
 */
public final class FailureTable {
  /** The label without a matching row. */
  static final String UNKNOWN = "unknown_answer";

  /** The node has no WebSocket for BiDi-only sessions: no failure of the device. */
  public static final String NO_BIDI = "no_bidi";

  /** An answer that reports a session without an id. */
  private static final String NO_SESSION = "no_session_in_answer";

  /** One line in a log or a table. */
  private static final int MAX_CAUSE_LENGTH = 160;

  /**
   * Drivers report the cause first; rows are matched on an event loop and cost 4 µs a character.
   */
  private static final int MAX_SCANNED = 2048;

  private final List<FailureRule> rows;

  /** Creates a table of the configured rows, followed by the known ones. */
  public FailureTable(List<FailureRule> configured) {
    List<FailureRule> all = new ArrayList<>(configured);
    all.addAll(KnownFailures.rows());
    rows = List.copyOf(all);
  }

  /** Classifies a node's answer. */
  public AttemptOutcome classify(int status, byte[] body) {
    NodeAnswerReader read = NodeAnswerReader.read(status, body);
    if (read.created().isPresent()) {
      return read.created().get();
    }
    Answer answer = new Answer(status, body, read.error(), read.unusableId());
    if (status < 300 && !read.saysError()) {
      String what = read.unusableId().map(id -> "its session id can't be used: " + id).orElse("");
      return failed(NO_SESSION, what, true, answer);
    }
    String said = read.message();
    String start = said.length() > MAX_SCANNED ? said.substring(0, MAX_SCANNED) : said;
    for (FailureRule row : rows) {
      if (row.fits(status, read.named(), start)) {
        return row.fault() == Fault.REQUEST
            ? new Refused(answer)
            : failed(row.label(), read.message(), row.fault() == Fault.DEVICE, answer);
      }
    }
    return failed(UNKNOWN, read.message(), false, answer);
  }

  /**
   * Classifies a missing answer.
   *
   * @param what the cause, in one line
   */
  public AttemptOutcome classifyTransport(TransportFailure kind, String what) {
    return new DeviceFailed(firstLine(what), kind.code(), true, Optional.empty());
  }

  /** Returns all rows, in the order in which they are matched. */
  public List<FailureRule> rows() {
    return rows;
  }

  private static DeviceFailed failed(String label, String message, boolean marks, Answer answer) {
    String said = firstLine(message);
    String cause = said.isEmpty() ? words(label) : words(label) + ": " + said;
    return new DeviceFailed(cause, label, marks, Optional.of(answer));
  }

  private static String words(String label) {
    return label
        .replace('_', ' ')
        .replace("webdriveragent", "WebDriverAgent")
        .replace("uiautomator2", "UiAutomator2");
  }

  private static String firstLine(String text) {
    String line = text.strip().lines().findFirst().orElse("");
    return line.length() > MAX_CAUSE_LENGTH ? line.substring(0, MAX_CAUSE_LENGTH) + "…" : line;
  }
}
