package io.gridfleet.lb.store.signal;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.store.replica.StoreClock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A signal as one line: {@code kind SPACE argument}, its times by the store's clock. Unknown kinds
 * come from newer replicas; a line that can't be parsed is dropped.
 */
final class SignalText {
  private static final Logger LOG = LoggerFactory.getLogger(SignalText.class);
  private static final int MAX_LOGGED = 80;

  /** {@link FleetSignal.Taken} without a tenant, of a row of the locks named {@code changed}. */
  static final String TAKEN =
      "'taken ' || changed.device || ' ' || changed.slot || ' ' || changed.token";

  /** {@link FleetSignal.SessionEnded} of a session's row named {@code changed}. */
  static final String ENDED = "'ended ' || changed.id";

  /** As above, and {@link FleetSignal.Freed} of the row of its lock named {@code lock}, if any. */
  static final String ENDED_AND_FREED =
      ENDED
          + " || COALESCE((SELECT chr(10) || 'freed ' || lock.device || ' ' || lock.slot || ' '"
          + " || lock.token FROM lock), '')";

  private final StoreClock clock;

  SignalText(StoreClock clock) {
    this.clock = clock;
  }

  String write(FleetSignal signal) {
    if (signal instanceof FleetSignal.Freed freed) {
      return "freed " + freed.device() + " " + freed.slot() + " " + freed.token();
    }
    if (signal instanceof FleetSignal.Taken taken) {
      return "taken " + taken.device() + " " + taken.slot() + " " + taken.token() + whose(taken);
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
    if (signal instanceof FleetSignal.Waits waits) {
      long since = clock.toStore(waits.since()).toEpochMilli();
      return String.join(
          " ",
          "waits",
          waits.replica(),
          String.valueOf(waits.line()),
          String.valueOf(waits.priority()),
          String.valueOf(since),
          waits.question());
    }
    if (signal instanceof FleetSignal.NoneWaits none) {
      return "nonewaits " + none.replica() + " " + none.line();
    }
    if (signal instanceof FleetSignal.WhoWaits) {
      return "whowaits ";
    }
    if (signal instanceof FleetSignal.Happened happened) {
      return "happened " + happened.event();
    }
    if (signal instanceof FleetSignal.KeySettled settled) {
      return "settled " + settled.key();
    }
    if (signal instanceof FleetSignal.QueueChanged) {
      return "queuechanged ";
    }
    if (signal instanceof FleetSignal.RemovalRequested requested) {
      return "removal " + requested.request();
    }
    if (signal instanceof FleetSignal.RemovalAnswered answered) {
      return "removed " + answered.request() + " " + answered.removed();
    }
    if (signal instanceof FleetSignal.SignedOut signedOut) {
      return "signedout " + signedOut.signIn();
    }
    return "ended " + ((FleetSignal.SessionEnded) signal).session();
  }

  /** Never throws: every user of the database may write to the channel. */
  Optional<FleetSignal> read(String line) {
    int space = line.indexOf(' ');
    if (space < 0) {
      return Optional.empty();
    }
    try {
      return read(line, space);
    } catch (IllegalArgumentException
        | IndexOutOfBoundsException
        | ArithmeticException
        | DateTimeException malformed) {
      LOG.warn(
          "A signal can't be read and is dropped: {} ({})",
          line.substring(0, Math.min(line.length(), MAX_LOGGED)).replaceAll("\\p{Cntrl}", "?"),
          malformed.toString());
      return Optional.empty();
    }
  }

  private Optional<FleetSignal> read(String line, int space) {
    String argument = line.substring(space + 1);
    DeviceId device = new DeviceId(argument);
    return switch (line.substring(0, space)) {
      case "freed" -> freed(argument.split(" ", -1));
      case "taken" -> taken(argument.split(" ", 4));
      case "avoidance" -> Optional.of(new FleetSignal.AvoidanceChanged(device));
      case "reservations" ->
          Optional.of(
              new FleetSignal.ReservationsChanged(
                  argument.isEmpty() ? Optional.empty() : Optional.of(device)));
      case "overrides" -> Optional.of(new FleetSignal.OverridesChanged(device));
      case "waits" -> waits(argument.split(" ", 5));
      case "nonewaits" -> noneWaits(argument.split(" ", -1));
      case "whowaits" -> Optional.of(new FleetSignal.WhoWaits());
      case "happened" -> Optional.of(new FleetSignal.Happened(argument));
      case "settled" -> Optional.of(new FleetSignal.KeySettled(argument));
      case "signedout" -> Optional.of(new FleetSignal.SignedOut(argument));
      case "queuechanged" -> Optional.of(new FleetSignal.QueueChanged());
      case "removal" -> Optional.of(new FleetSignal.RemovalRequested(argument));
      case "removed" -> removed(argument.split(" ", -1));
      case "ended" -> Optional.of(new FleetSignal.SessionEnded(argument));
      default -> Optional.empty();
    };
  }

  private Optional<FleetSignal> waits(String... parts) {
    Instant since = clock.fromStore(Instant.ofEpochMilli(Long.parseLong(parts[3])));
    return Optional.of(
        new FleetSignal.Waits(
            parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2]), since, parts[4]));
  }

  private static Optional<FleetSignal> noneWaits(String... parts) {
    return Optional.of(new FleetSignal.NoneWaits(parts[0], Integer.parseInt(parts[1])));
  }

  private static Optional<FleetSignal> removed(String... parts) {
    return Optional.of(new FleetSignal.RemovalAnswered(parts[0], Boolean.parseBoolean(parts[1])));
  }

  private static String whose(FleetSignal.Taken taken) {
    return taken
        .tenant()
        .filter(tenant -> tenant.lines().count() == 1)
        .map(tenant -> " " + tenant)
        .orElse("");
  }

  private static Optional<FleetSignal> taken(String... parts) {
    return Optional.of(
        new FleetSignal.Taken(
            new DeviceId(parts[0]),
            Integer.parseInt(parts[1]),
            Long.parseLong(parts[2]),
            parts.length > 3 ? Optional.of(parts[3]) : Optional.empty()));
  }

  private static Optional<FleetSignal> freed(String... parts) {
    return Optional.of(
        new FleetSignal.Freed(
            new DeviceId(parts[0]), Integer.parseInt(parts[1]), Long.parseLong(parts[2])));
  }
}
