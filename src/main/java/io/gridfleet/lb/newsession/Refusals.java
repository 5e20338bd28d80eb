package io.gridfleet.lb.newsession;

import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.distributor.Verdicts;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The errors of requests that get no session. They begin with the two texts known from AppiumLB
 * (troubleshooting.md#new-sessions), followed by the explanation.
 */
public final class Refusals {
  public static final String NO_MATCH = "No matched devices were found";
  public static final String NONE_AVAILABLE = "No available good condition devices";

  /** The maximum of characters of a client's text in an error message. */
  private static final int MAX_SHOWN = 200;

  private Refusals() {}

  /** Returns a client's text for an error message: bounded, and on one line. */
  public static String shown(String text) {
    String start = text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "…" : text;
    return start.replaceAll("\\p{Cntrl}", " ");
  }

  /** Returns the error for a wait that ended without a device. */
  static WebDriverError of(
      Placement placement, NewSessionOptions options, List<AttemptRecord> attempts) {
    if (placement instanceof Placement.NothingMatches nothing) {
      return explained(
          error(NO_MATCH + ": " + asked(options), nothing.verdicts(), options, attempts),
          nothing.verdicts());
    }
    if (placement instanceof Placement.OutOfTime late) {
      String text =
          NONE_AVAILABLE
              + " after "
              + options.times().patience().toSeconds()
              + " s. "
              + late.verdicts().text();
      return explained(error(text, late.verdicts(), options, attempts), late.verdicts());
    }
    if (placement instanceof Placement.NoneLeft none) {
      String text = NONE_AVAILABLE + ": every device that matches has failed this request.";
      return error(text, none.verdicts(), options, attempts);
    }
    if (placement instanceof Placement.Removed removed) {
      return plain(NONE_AVAILABLE + ": " + removed.why());
    }
    if (placement instanceof Placement.Closed closed) {
      return plain(NONE_AVAILABLE + ": " + closed.why());
    }
    if (placement instanceof Placement.Busy) {
      return plain(
          NONE_AVAILABLE + ": too many new requests are being matched to devices; try again");
    }
    return storeGone();
  }

  /** Returns the error for a bug, whose details are in the log. */
  public static WebDriverError mistake() {
    return WebDriverError.of(ErrorCode.UNKNOWN_ERROR, "Something is wrong in GridFleet LB");
  }

  static WebDriverError storeGone() {
    return plain(
        "The store that keeps the locks can't be reached, so no session can be created now. "
            + "Sessions that live go on; try again.");
  }

  private static WebDriverError explained(WebDriverError error, Verdicts verdicts) {
    Map<String, Object> explained = verdicts.explanation();
    Map<String, Object> data = new LinkedHashMap<>(error.data());
    data.put("explain", explained);
    String hints = hints(explained);
    return WebDriverError.of(error.code(), error.message() + hints, data);
  }

  /** Returns hints about mistyped or missing keys, for the text of the error. */
  private static String hints(Map<String, Object> explained) {
    return explained.get("warnings") instanceof List<?> warnings
        ? warnings.stream()
            .map(String::valueOf)
            .filter(
                warning ->
                    warning.startsWith("no device has the key ") || warning.contains(" otherwise "))
            .map(warning -> "; " + warning)
            .collect(Collectors.joining())
        : "";
  }

  /** Returns why a request of such a run is refused, on arrival or while it waits. */
  public static String overRun(String run) {
    return "run " + shown(run) + " is unknown or over";
  }

  public static WebDriverError plain(String text) {
    return WebDriverError.of(ErrorCode.SESSION_NOT_CREATED, text);
  }

  private static String asked(NewSessionOptions options) {
    List<String> asked =
        options.questions().stream()
            .map(question -> question.selector().normalForm())
            .distinct()
            .toList();
    String warnings =
        options.warnings().isEmpty() ? "" : ". " + String.join("; ", options.warnings());
    return "nothing in this lab is " + String.join(" or ", asked) + warnings;
  }

  /** Returns the error for a node's answer that contains no session and has no error status. */
  static WebDriverError noError(NodeId node, AttemptOutcome.Answer said, String cause) {
    return WebDriverError.of(
        said.error().code(),
        "node %s answered with HTTP status %d: %s".formatted(node, said.status(), cause),
        said.error().data());
  }

  /** Returns the error of a failed attempt: the node's, or one that describes the failure. */
  static WebDriverError lastWords(AttemptOutcome.DeviceFailed failure) {
    return failure
        .answer()
        .map(AttemptOutcome.Answer::error)
        .orElseGet(() -> plain("No session could be created: " + failure.cause()));
  }

  /** Returns the error of the last attempt, with a list of all attempts. */
  static WebDriverError afterAttempts(
      WebDriverError last, Map<String, Object> counts, List<AttemptRecord> attempts) {
    Map<String, Object> data = new LinkedHashMap<>(last.data());
    data.putAll(counts);
    data.put("attempts", attempts.stream().map(AttemptRecord::forClients).toList());
    return last.withData(data);
  }

  private static WebDriverError error(
      String text, Verdicts verdicts, NewSessionOptions options, List<AttemptRecord> attempts) {
    Map<String, Object> data = counts(verdicts);
    if (!options.warnings().isEmpty()) {
      data.put("warnings", options.warnings());
    }
    data.put("attempts", attempts.stream().map(AttemptRecord::forClients).toList());
    return WebDriverError.of(ErrorCode.SESSION_NOT_CREATED, text, data);
  }

  /** Returns the verdicts as numbers. */
  static Map<String, Object> counts(Verdicts verdicts) {
    Map<String, Object> inhibitors = new LinkedHashMap<>();
    verdicts.counts().forEach((kind, count) -> inhibitors.put(kind.code(), count));
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("devices", verdicts.devices());
    data.put("matching", verdicts.matching());
    data.put("inhibitors", inhibitors);
    verdicts.quota().ifPresent(most -> data.put("quota", most));
    return data;
  }
}
