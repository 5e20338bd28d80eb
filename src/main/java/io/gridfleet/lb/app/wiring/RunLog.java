package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.run.Exclusion;
import io.gridfleet.lb.run.Reservation;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunListener;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** One log line for each step of a run: its reservation, its start, its end, devices that rest. */
record RunLog(Inventory inventory) implements RunListener {
  private static final Logger log = LoggerFactory.getLogger("run");

  private static LoggingEventBuilder line(Run run) {
    return log.atInfo().addKeyValue("run", run.id().value());
  }

  private static LoggingEventBuilder line(Run run, DeviceId device) {
    return line(run).addKeyValue("device", device.value());
  }

  private static String by(Optional<String> who) {
    return who.map(name -> ", by " + name).orElse("");
  }

  @Override
  public void created(Run run) {
    line(run)
        .log(
            "run {} ({}) reserved {} devices",
            run.id().value(),
            run.name(),
            run.reservations().size());
  }

  @Override
  public void activated(Run run) {
    line(run).log("run {} ({}) is active", run.id().value(), run.name());
  }

  @Override
  public void ended(Run run) {
    line(run)
        .log(
            "run {} ({}) ended: {}{}{}",
            run.id().value(),
            run.name(),
            run.state().code(),
            run.status().error().map(error -> ", " + error).orElse(""),
            by(run.status().by()));
  }

  @Override
  public void preparationFailed(Run run, DeviceId device, String message) {
    line(run, device)
        .log(
            "run {} ({}) can't prepare device {}: {}{}",
            run.id().value(),
            run.name(),
            inventory.describe(device),
            message,
            by(run.holding(device).flatMap(Reservation::exclusion).flatMap(Exclusion::by)));
  }

  @Override
  public void coolingDown(Run run, DeviceId device, Duration howLong) {
    line(run, device)
        .log(
            "run {} ({}) lets device {} rest for {} s",
            run.id().value(),
            run.name(),
            inventory.describe(device),
            howLong.toSeconds());
  }

  @Override
  public void escalated(Run run, DeviceId device) {
    line(run, device)
        .log(
            "run {} ({}) let device {} rest too often: it is in maintenance",
            run.id().value(),
            run.name(),
            inventory.describe(device));
  }
}
