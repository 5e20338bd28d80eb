package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.FleetSignals;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionListener;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.function.Consumer;

/** Drops what this replica keeps of a session that ended here, and signals the end to others. */
record EndedSessions(Consumer<SessionId> drop, FleetSignals signals) implements SessionListener {
  @Override
  public void ended(Session session, EndCause cause, Duration lived) {
    drop.accept(session.id());
    signals.committed(new FleetSignal.SessionEnded(session.id().value()));
  }
}
