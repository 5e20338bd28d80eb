package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeEvent;
import io.gridfleet.lb.simulator.NodeOperation;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Attempts probe the node that doesn't answer them; no second periodic probe is due in a test. */
@ExtendWith(LeakCheck.class)
final class UnansweredAttemptsTest {
  private static final Map<String, Object> HOURLY =
      Map.of("interval", "1h", "timeout", "5s", "downAfter", 1, "maxInterval", "1h");

  @RegisterExtension final Lab lab = new Lab();

  @BeforeEach
  void twoNodesProbedOnce() {
    lab.start(SimulatedFleet.of(2, 1), Map.of("probe", HOURLY));
    Lab.until("probed", () -> probesOf(1) == 1 && probesOf(2) == 1);
  }

  private long probesOf(int node) {
    return lab.node(node).history().count(NodeEvent.Kind.STATUS);
  }

  private boolean isOffline(String phone) {
    return lab.server().distributor().states().stream()
        .anyMatch(it -> it.device().name().equals(phone) && it.state().equals("offline"));
  }

  @Test
  void aNodeThatDiesInAnAttemptIsOfflineBeforeItsNextPeriodicProbe() throws IOException {
    lab.node(1).faults().next(1, NodeOperation.NEW_SESSION, new Fault.Stall());
    Asked asked = lab.newSession("");
    Lab.until("asked", () -> !lab.node(1).history().creations().isEmpty());

    lab.node(1).die();

    Lab.until("offline", () -> isOffline("phone-1-1"));
    lab.node(1).comeBack(); // confirms that no session is left on it
    assertThat(asked.answered().value().at("/capabilities/udid").asText()).isEqualTo("phone-2-1");
    assertThat(isOffline("phone-2-1")).isFalse();
  }

  @Test
  void aNodeThatOnlyDropsItsConnectionIsProbedAndStaysOnline() throws IOException {
    lab.node(1).faults().next(1, NodeOperation.NEW_SESSION, new Fault.DropAfterRequest());
    lab.session("");
    Lab.until("probed", () -> probesOf(1) == 2);
    assertThat(isOffline("phone-1-1")).isFalse();
  }

  /** Node 2, which doesn't answer the next attempt, is the only one that is probed. */
  @Test
  void aNodeThatAnswersAnErrorIsNotProbed() throws IOException {
    lab.node(1)
        .faults()
        .next(1, NodeOperation.NEW_SESSION, Fault.sessionNotCreated("adb: device offline"));
    lab.node(2).faults().next(1, NodeOperation.NEW_SESSION, new Fault.DropAfterRequest());
    lab.newSession("").answered();
    Lab.until("node 2 probed", () -> probesOf(2) == 2);
    assertThat(probesOf(1)).isEqualTo(1);
  }
}
