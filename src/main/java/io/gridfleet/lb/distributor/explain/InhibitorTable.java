package io.gridfleet.lb.distributor.explain;

import io.gridfleet.lb.device.Inhibitor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The inhibitors of each device at one instant, computed once for all requests of the same run and
 * reader. Confined to the thread that reads one copy of the queue.
 */
final class InhibitorTable {
  private record Column(Optional<String> run, Optional<String> reader) {}

  private final Instant now;
  private final int devices;
  private final Map<Column, List<@Nullable List<Inhibitor>>> columns = new HashMap<>();

  /**
   * @param devices more than the highest index of a device
   */
  InhibitorTable(int devices, Instant now) {
    this.devices = devices;
    this.now = now;
  }

  /** As {@link DeviceInhibitors#of}. */
  List<Inhibitor> of(DeviceSnapshot device, Optional<String> run, Optional<String> reader) {
    List<@Nullable List<Inhibitor>> column =
        columns.computeIfAbsent(
            new Column(run, reader),
            fresh -> new ArrayList<@Nullable List<Inhibitor>>(Collections.nCopies(devices, null)));
    List<Inhibitor> known = column.get(device.index());
    if (known == null) {
      known = List.copyOf(DeviceInhibitors.of(device, run, reader, now));
      column.set(device.index(), known);
    }
    return known;
  }
}
