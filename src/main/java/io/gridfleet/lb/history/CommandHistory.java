package io.gridfleet.lb.history;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The stored summaries of sessions' commands, of all replicas. */
public interface CommandHistory extends HistoryWriter.Sink<CommandRecord> {

  /** Returns the records of a session, one of each replica that relayed commands of it. */
  CompletionStage<List<CommandRecord>> of(String session);

  /** Deletes old records in small steps, on one replica at a time; returns how many. */
  CompletionStage<Integer> prune(Duration keep, int most);
}
