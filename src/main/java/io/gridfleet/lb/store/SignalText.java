package io.gridfleet.lb.store;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.FleetSignal;
import java.util.Optional;

/** A signal as one line: {@code kind SPACE argument}. Unknown kinds come from newer replicas. */
final class SignalText {
  private SignalText() {}

  static String write(FleetSignal signal) {
    if (signal instanceof FleetSignal.Freed freed) {
      return "freed " + freed.device() + " " + freed.slot() + " " + freed.token();
    }
    if (signal instanceof FleetSignal.AvoidanceChanged changed) {
      return "avoidance " + changed.device();
    }
    if (signal instanceof FleetSignal.ReservationsChanged changed) {
      return "reservations " + changed.device().map(DeviceId::value).orElse("");
    }
    if (signal instanceof FleetSignal.OverridesChanged changed) {
      return "overrides " + changed.device();
    }
    return "ended " + ((FleetSignal.SessionEnded) signal).session();
  }

  static Optional<FleetSignal> read(String line) {
    int space = line.indexOf(' ');
    if (space < 0) {
      return Optional.empty();
    }
    String argument = line.substring(space + 1);
    DeviceId device = new DeviceId(argument);
    return switch (line.substring(0, space)) {
      case "freed" -> freed(argument.split(" ", -1));
      case "avoidance" -> Optional.of(new FleetSignal.AvoidanceChanged(device));
      case "reservations" ->
          Optional.of(
              new FleetSignal.ReservationsChanged(
                  argument.isEmpty() ? Optional.empty() : Optional.of(device)));
      case "overrides" -> Optional.of(new FleetSignal.OverridesChanged(device));
      case "ended" -> Optional.of(new FleetSignal.SessionEnded(argument));
      default -> Optional.empty();
    };
  }

  private static Optional<FleetSignal> freed(String... parts) {
    return Optional.of(
        new FleetSignal.Freed(
            new DeviceId(parts[0]), Integer.parseInt(parts[1]), Long.parseLong(parts[2])));
  }
}
