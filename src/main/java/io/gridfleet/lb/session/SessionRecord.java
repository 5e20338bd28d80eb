package io.gridfleet.lb.session;

import java.time.Instant;
import java.util.Optional;

/** A stored session, live or ended. */
public record SessionRecord(Session session, Instant lastActivity, Optional<End> end) {

  /** When and why it ended. */
  public record End(Instant at, EndReason reason) {}

  public boolean live() {
    return end.isEmpty();
  }
}
