package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.Inhibitor;
import java.util.List;

/**
 * The inhibitors that keep one device from serving a request.
 *
 * @param inhibitors in the order in which they are reported; empty when the device could serve
 */
public record Verdict(Device device, List<Inhibitor> inhibitors) {
  public Verdict {
    inhibitors = List.copyOf(inhibitors);
  }

  public boolean matches() {
    return inhibitors.isEmpty()
        || inhibitors.get(0).kind().compareTo(Inhibitor.Kind.OTHER_TENANT) > 0;
  }
}
