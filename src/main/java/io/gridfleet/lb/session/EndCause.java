package io.gridfleet.lb.session;

import java.util.Optional;

/**
 * Why a session ended, and who ended it.
 *
 * @param by the role and name of a token; empty if nobody did
 */
public record EndCause(EndReason reason, Optional<String> by) {

  public static EndCause of(EndReason reason) {
    return new EndCause(reason, Optional.empty());
  }

  /** Returns the form in logs. */
  @Override
  public String toString() {
    return reason.code() + by.map(who -> ", by " + who).orElse("");
  }
}
