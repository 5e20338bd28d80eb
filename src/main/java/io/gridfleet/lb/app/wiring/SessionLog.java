package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.app.log.LogText;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionListener;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One log line for the end of each session, with its device's name. */
record SessionLog(Inventory inventory) implements SessionListener {
  private static final Logger log = LoggerFactory.getLogger("session");

  @Override
  public void ended(Session session, EndCause cause, Duration lived) {
    DeviceId device = session.lock().device();
    var line =
        log.atInfo()
            .addKeyValue("session", session.id().value())
            .addKeyValue("device", device.value())
            .addKeyValue("node", session.node().value())
            .addKeyValue("tenant", session.terms().tenant());
    LogText.with(line, "run", session.terms().run())
        .log(
            "session {} on {} ended after {} s: {}",
            session.id(),
            inventory.describe(device),
            lived.toSeconds(),
            cause);
  }
}
