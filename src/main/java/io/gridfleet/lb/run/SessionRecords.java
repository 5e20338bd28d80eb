package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.webdriver.SessionId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Stored sessions, live or ended, for the session lists. */
public interface SessionRecords {

  CompletionStage<Optional<SessionRecord>> find(String session);

  /** Returns the newest sessions first. */
  CompletionStage<List<SessionRecord>> newest(int limit);

  /** Returns the ids of the {@link #newest}. */
  default CompletionStage<List<String>> newestIds(int limit) {
    return newest(limit)
        .thenApply(all -> all.stream().map(record -> record.session().id().value()).toList());
  }

  /** Returns the sessions of these runs, newest first. */
  CompletionStage<List<SessionRecord>> ofRuns(Collection<RunId> runs);

  /** Returns the records of a session map. */
  static SessionRecords of(SessionMap map) {
    return new MapRecords(map);
  }

  /** Reads a {@link SessionMap}. */
  record MapRecords(SessionMap map) implements SessionRecords {
    @Override
    public CompletionStage<Optional<SessionRecord>> find(String session) {
      return SessionId.parse(session)
          .map(map::record)
          .orElseGet(() -> CompletableFuture.completedStage(Optional.empty()));
    }

    @Override
    public CompletionStage<List<SessionRecord>> ofRuns(Collection<RunId> runs) {
      return map.ofRuns(runs.stream().map(RunId::value).toList());
    }

    @Override
    public CompletionStage<List<SessionRecord>> newest(int limit) {
      return map.newest(limit);
    }

    @Override
    public CompletionStage<List<String>> newestIds(int limit) {
      return map.newestIds(limit);
    }
  }

  /** Returns the device of a record. */
  static DeviceId device(SessionRecord record) {
    return record.session().lock().device();
  }

  /** Returns the run of a record. */
  static Optional<RunId> run(SessionRecord record) {
    return record.session().terms().run().flatMap(RunId::parse);
  }
}
