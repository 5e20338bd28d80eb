package io.gridfleet.lb.api.session;

import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.webdriver.SessionId;
import java.util.concurrent.CompletionStage;

/** Ends a live session at an operator's or suite's request. */
@FunctionalInterface
public interface KillSession {
  CompletionStage<EndSession.Outcome> kill(SessionId session);
}
