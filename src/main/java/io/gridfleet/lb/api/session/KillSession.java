package io.gridfleet.lb.api.session;

import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.webdriver.SessionId;
import java.util.concurrent.CompletionStage;

/** Ends a live session on somebody's order. */
@FunctionalInterface
public interface KillSession {
  CompletionStage<EndSession.Outcome> kill(SessionId session);
}
