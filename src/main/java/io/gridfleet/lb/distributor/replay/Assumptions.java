package io.gridfleet.lb.distributor.replay;

import io.gridfleet.lb.device.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What replays assume, in sentences for people. */
final class Assumptions {
  private static final int MAX_NAMES = 10;

  private static final List<String> ALWAYS =
      List.of(
          "Requests arrive as recorded, with their selectors, priorities and waiting times; no"
              + " request arrives because another was served.",
          "A session holds its device as long as recorded, whichever device it gets; a request"
              + " that was not served holds one as long as the median of the sessions with its"
              + " selector.",
          "Maintenance, offline devices and reservations are replayed as recorded. Failed attempts,"
              + " avoided devices, cooldowns and locks of operators are not.",
          "The devices, their attributes and the limits of tenants are those of now. Devices of one"
              + " rank are picked in the order of their ids.",
          "No request waits when the replay begins; sessions that were live then hold their"
              + " devices.");

  private Assumptions() {}

  static List<String> of(ReplayedTraffic traffic, FleetVariation variation, boolean cut) {
    List<String> all = new ArrayList<>();
    variation
        .copied()
        .ifPresent(
            device ->
                all.add(
                    "Each added device is a copy of %s, the one with the most sessions."
                        .formatted(named(device))));
    if (!variation.removed().isEmpty()) {
      all.add("The devices with the fewest sessions are removed: %s.".formatted(names(variation)));
    }
    all.addAll(ALWAYS);
    if (cut) {
      all.add(
          "Only the newest %,d requests are replayed, those from %s on."
              .formatted(traffic.arrivals().size() + traffic.unreadable(), traffic.time().from()));
    }
    if (traffic.unreadable() > 0) {
      all.add(
          "%,d requests are not replayed, because their selectors were too long to be recorded."
              .formatted(traffic.unreadable()));
    }
    return all;
  }

  private static String named(Device device) {
    return "%s (%s)".formatted(device.name(), device.id());
  }

  private static String names(FleetVariation variation) {
    String names =
        variation.removed().stream()
            .limit(MAX_NAMES)
            .map(Device::name)
            .collect(Collectors.joining(", "));
    int further = variation.removed().size() - MAX_NAMES;
    return further > 0 ? names + " and %d more".formatted(further) : names;
  }
}
