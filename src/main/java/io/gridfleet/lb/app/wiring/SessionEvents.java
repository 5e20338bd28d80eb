package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.api.event.EventFeed;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionListener;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Publishes the beginning and end of sessions on {@code /api/events}. */
record SessionEvents(EventFeed feed) implements SessionListener {
  @Override
  public void published(Session session) {
    publish(EventFeed.SESSION_STARTED, session);
  }

  @Override
  public void ended(Session session, EndCause cause, Duration lived) {
    publish(EventFeed.SESSION_ENDED, session);
  }

  private void publish(String type, Session session) {
    feed.publish(
        type,
        Optional.of(session.terms().tenant()),
        Map.of(
            "session_id",
            session.id().value(),
            NewSessionEvents.DEVICE,
            session.lock().device().value()));
  }
}
