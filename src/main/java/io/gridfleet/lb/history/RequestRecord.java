package io.gridfleet.lb.history;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that is kept of a new session request.
 *
 * @param omitted how many steps were left out because there were too many
 */
public record RequestRecord(RequestRow row, Asked asked, List<RequestStep> steps, int omitted) {
  public RequestRecord {
    steps = List.copyOf(steps);
  }

  /**
   * What the request asked for.
   *
   * @param selector as given: a text or an object
   * @param patience how long it waits for a device at most
   * @param firstMatch the candidates, without values that may be secrets
   */
  public record Asked(
      Optional<Object> selector,
      List<Map<String, Object>> firstMatch,
      Duration patience,
      int priority,
      int characters) {
    public Asked {
      firstMatch = List.copyOf(firstMatch);
    }
  }

  /** Returns the approximate number of characters as they are stored. */
  public int weight() {
    int weight = 400 + row.selector().length() + asked.characters();
    for (RequestStep step : steps) {
      weight += step.weight();
    }
    return weight;
  }
}
