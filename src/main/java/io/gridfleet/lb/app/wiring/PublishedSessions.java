package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.recovery.LiveSessions;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionListener;
import java.util.Optional;

/** Publishes what a new session changes beyond its request: avoided devices, live sessions. */
record PublishedSessions(SignalConsumer signals, LiveSessions live, SessionListener sessions)
    implements NewSessionListener {
  @Override
  public void avoidanceChanged(Device device, Optional<AvoidedDevice> now) {
    signals.avoidanceChangedHere(device.id(), now.isPresent());
  }

  @Override
  public void avoidanceExpired(Device device) {
    signals.avoidanceExpiredHere(device.id());
  }

  @Override
  public void published(NewSessionRequest request, Session session) {
    live.began(session);
    sessions.published(session);
  }
}
