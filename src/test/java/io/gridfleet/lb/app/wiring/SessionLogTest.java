package io.gridfleet.lb.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.app.LogLines;
import io.gridfleet.lb.app.LoggedDevice;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SessionLogTest {
  private final Device pixel = LoggedDevice.pixel();
  private final Inventory inventory = new Inventory();

  @Test
  void theEndOfASessionNamesItsDeviceAndHasFields() {
    inventory.replace(List.of(pixel));
    assertThat(ended(Optional.of("r-1")))
        .containsExactly(
            "session s-1 on Pixel 8 (P8 on rack-1) ended after 61 s: idle"
                + " {session=s-1 device=%s node=rack-1 tenant=shop run=r-1}"
                    .formatted(pixel.id().value()));
  }

  @Test
  void aDeviceThatIsNotConfiguredAnyMoreIsNamedByItsId() {
    assertThat(ended(Optional.empty()))
        .containsExactly(
            "session s-1 on %1$s ended after 61 s: idle {session=s-1 device=%1$s node=rack-1 tenant=shop}"
                .formatted(pixel.id().value()));
  }

  @Test
  void theEndNamesWhoEndedIt() {
    EndCause cause = new EndCause(EndReason.OPERATOR, Optional.of("operator Ada"));
    assertThat(ended(Optional.empty(), cause).get(0))
        .contains("ended after 61 s: operator, by operator Ada {");
  }

  private List<String> ended(Optional<String> run) {
    return ended(run, EndCause.of(EndReason.IDLE));
  }

  private List<String> ended(Optional<String> run, EndCause cause) {
    Session session =
        new Session(
            new SessionId("s-1"),
            new DeviceLock(pixel.id(), 0, "s-1", 1),
            new NodeId("rack-1"),
            new Session.Terms(
                "shop", run, Optional.empty(), Duration.ofMinutes(1), Duration.ofMinutes(2), true),
            Capabilities.empty(),
            Map.of(),
            Instant.EPOCH);
    try (LogLines log = new LogLines("session")) {
      new SessionLog(inventory).ended(session, cause, Duration.ofMillis(61_900));
      return log.lines();
    }
  }
}
