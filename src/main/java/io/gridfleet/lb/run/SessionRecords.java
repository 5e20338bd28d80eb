package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.webdriver.SessionId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Stored sessions, live or ended, by their ids. */
public interface SessionRecords {

  CompletionStage<Optional<SessionRecord>> find(String session);

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
