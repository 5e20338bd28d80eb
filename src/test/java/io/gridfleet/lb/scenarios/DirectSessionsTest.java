package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.simulator.SimulatedNodeConfig;
import io.gridfleet.lb.store.Facts;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sessions whose clients connect to the node directly: this server sees no traffic of them. */
@ExtendWith(LeakCheck.class)
final class DirectSessionsTest {
  private static final String SOON = "'gridfleet:newCommandTimeout':0.2";

  @RegisterExtension final Lab lab = new Lab();

  /** Node 1 offers directConnect, node 2 doesn't. */
  private void start(SimulatedFleet fleet) {
    List<Map<String, Object>> nodes = fleet.inventory();
    Map<String, Object> first = new LinkedHashMap<>(nodes.get(0));
    first.put("publicUrl", fleet.node(1).url().toString());
    lab.start(
        fleet,
        Map.of(
            "nodes",
            List.of(first, nodes.get(1)),
            "session",
            Map.of("idleMargin", "200ms", "idleSweep", "100ms")));
  }

  private String session(String udid, String members) throws IOException {
    Answered created = lab.newSession("'udid':'" + udid + "'," + members).answered();
    assertThat(created.status()).as(created.text()).isEqualTo(200);
    assertThat(created.value().path("capabilities").has("directConnectHost"))
        .isEqualTo(udid.equals("phone-1-1"));
    return created.sessionId();
  }

  private Optional<EndReason> end(String session) {
    return Facts.newest(lab.server().store(), 10).stream()
        .filter(record -> record.session().id().value().equals(session))
        .findFirst()
        .flatMap(SessionRecord::end)
        .map(end -> end.reason());
  }

  private void untilEnded(String session, EndReason reason) {
    Lab.until("ended", () -> end(session).isPresent());
    assertThat(end(session)).contains(reason);
  }

  @Test
  void theyAreNotIdleWhileTheirNodeKnowsThem() throws IOException {
    start(SimulatedFleet.of(2, 1));
    String direct = session("phone-1-1", SOON);
    for (int round = 0; round < 2; round++) {
      untilEnded(session("phone-2-1", SOON), EndReason.IDLE);
      assertThat(end(direct)).isEmpty();
    }
    lab.node(1).forget(direct);
    untilEnded(direct, EndReason.UNKNOWN_TO_NODE);
  }

  @Test
  void theyEndWhenTheNodesOwnNewCommandTimeoutHasEndedThem() throws IOException {
    start(SimulatedFleet.of(2, 1, DirectSessionsTest::withoutList));
    String direct = session("phone-1-1", "'appium:newCommandTimeout':0.3");
    untilEnded(direct, EndReason.UNKNOWN_TO_NODE);
    lab.untilQuiet();
  }

  /** As Appium is unless its {@code session_discovery} is allowed. */
  private static SimulatedNodeConfig withoutList(SimulatedNodeConfig usual) {
    return new SimulatedNodeConfig(
        usual.style(), usual.port(), usual.basePath(), usual.devices(), usual.timing(), false);
  }
}
