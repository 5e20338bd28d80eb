package io.gridfleet.lb.distributor.explain;

import io.gridfleet.lb.distributor.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The devices that fit a waiting request, and what hinders each.
 *
 * @param total their number
 * @param examples the first of them, those that are nearest to serving it first
 * @param hindrances what hinders all of them, by kind, the most devices first
 */
public record FittingDevices(int total, List<Verdict> examples, List<Hindrance> hindrances) {
  /** The number of devices that are listed one by one. */
  public static final int MAX_EXAMPLES = 20;

  public FittingDevices {
    examples = List.copyOf(examples);
    hindrances = List.copyOf(hindrances);
  }

  /**
   * What hinders some of the devices.
   *
   * @param kind the code of an inhibitor, or {@code quota}
   * @param text for people
   * @param devices their number
   * @param until when it ends for the first of them, if known
   */
  public record Hindrance(String kind, String text, int devices, Optional<Instant> until) {}
}
