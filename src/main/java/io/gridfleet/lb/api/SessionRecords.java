package io.gridfleet.lb.api;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.webdriver.SessionId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Sessions as the store keeps them, live or ended: what the session lists are made of. */
public interface SessionRecords {

  CompletionStage<Optional<SessionRecord>> find(String session);

  /** The newest first. */
  CompletionStage<List<SessionRecord>> newest(int limit);

  /** Over the session map, which finds ended sessions only among its newest. */
  static SessionRecords of(SessionMap map) {
    return new MapRecords(map);
  }

  /** The form over a {@link SessionMap}. */
  record MapRecords(SessionMap map) implements SessionRecords {
    /** An outcome is told within seconds of the end; so many sessions don't end in that time. */
    private static final int LATELY = 2000;

    @Override
    public CompletionStage<Optional<SessionRecord>> find(String session) {
      Optional<SessionId> id = SessionId.parse(session);
      if (id.isEmpty()) {
        return CompletableFuture.completedStage(Optional.empty());
      }
      return map.find(id.get())
          .thenCompose(
              live ->
                  live.isPresent()
                      ? CompletableFuture.completedStage(live.map(MapRecords::living))
                      : lately(session));
    }

    private static SessionRecord living(Session session) {
      return new SessionRecord(session, session.created(), Optional.empty());
    }

    private CompletionStage<Optional<SessionRecord>> lately(String session) {
      return newest(LATELY)
          .thenApply(
              found ->
                  found.stream()
                      .filter(record -> record.session().id().value().equals(session))
                      .findFirst());
    }

    @Override
    public CompletionStage<List<SessionRecord>> newest(int limit) {
      return map.newest(limit);
    }
  }

  /** The device of a record. */
  static DeviceId device(SessionRecord record) {
    return record.session().lock().device();
  }

  /** The run of a record. */
  static Optional<RunId> run(SessionRecord record) {
    return record.session().terms().run().flatMap(RunId::parse);
  }
}
