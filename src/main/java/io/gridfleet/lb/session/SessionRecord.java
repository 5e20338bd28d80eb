package io.gridfleet.lb.session;

import java.time.Instant;
import java.util.Optional;

/** A stored session, live or ended. */
public record SessionRecord(Session session, Instant lastActivity, Optional<End> end) {

  /** When and why it ended, and who ended it. */
  public record End(Instant at, EndCause cause) {
    public End(Instant at, EndReason reason) {
      this(at, EndCause.of(reason));
    }

    public EndReason reason() {
      return cause.reason();
    }
  }

  public boolean live() {
    return end.isEmpty();
  }
}
