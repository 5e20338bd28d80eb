package io.gridfleet.lb.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.app.LogLines;
import io.gridfleet.lb.app.LoggedDevice;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.run.Reservation;
import io.gridfleet.lb.run.ReservedDevice;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.RunRequest;
import io.gridfleet.lb.run.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RunLogTest {
  private final Device pixel = LoggedDevice.pixel();
  private final Inventory inventory = new Inventory();
  private final Run run =
      Run.begin(
          RunId.random(),
          new RunRequest(
              "nightly", List.of(), Duration.ofHours(1), Duration.ofMinutes(2), Optional.empty()),
          List.of(Reservation.of(pixel.id(), new ReservedDevice(Map.of(), Map.of()))),
          Instant.EPOCH);

  @Test
  void everyStepOfARunIsALineWithFields() {
    inventory.replace(List.of(pixel));
    RunLog runLog = new RunLog(inventory);
    try (LogLines log = new LogLines("run")) {
      runLog.created(run);
      runLog.activated(run);
      runLog.preparationFailed(run, pixel.id(), "no adb");
      runLog.coolingDown(run, pixel.id(), Duration.ofSeconds(90));
      runLog.escalated(run, pixel.id());
      runLog.ended(ended(RunState.COMPLETED, Optional.empty()));
      runLog.ended(ended(RunState.EXPIRED, Optional.of("TTL exceeded")));
      runLog.ended(
          with(new Run.Status(RunState.CANCELLED, none(), 2, Optional.of("operator Ada"))));

      String fields = " {run=ID}";
      String both = " {run=ID device=" + pixel.id().value() + "}";
      assertThat(log.lines().stream().map(line -> line.replace(run.id().value(), "ID")))
          .containsExactly(
              "run ID (nightly) reserved 1 devices" + fields,
              "run ID (nightly) is active" + fields,
              "run ID (nightly) can't prepare device Pixel 8 (P8 on rack-1): no adb" + both,
              "run ID (nightly) lets device Pixel 8 (P8 on rack-1) rest for 90 s" + both,
              "run ID (nightly) let device Pixel 8 (P8 on rack-1) rest too often: it is in maintenance"
                  + both,
              "run ID (nightly) ended: completed" + fields,
              "run ID (nightly) ended: expired, TTL exceeded" + fields,
              "run ID (nightly) ended: cancelled, by operator Ada" + fields);
    }
  }

  private Run ended(RunState state, Optional<String> error) {
    return with(new Run.Status(state, error, 2));
  }

  private Run with(Run.Status status) {
    return new Run(run.id(), run.request(), status, run.times(), run.reservations());
  }

  private static Optional<String> none() {
    return Optional.empty();
  }
}
