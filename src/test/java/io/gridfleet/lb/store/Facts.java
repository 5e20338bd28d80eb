package io.gridfleet.lb.store;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.run.Reservation;
import io.gridfleet.lb.run.ReservedDevice;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.RunRequest;
import io.gridfleet.lb.run.Runs;
import io.gridfleet.lb.run.SessionPages;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.store.sql.SqlStore;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Creates facts in a store, and waits for them. */
public final class Facts {
  public static final Duration MINUTE = Duration.ofMinutes(1);

  private Facts() {}

  public static DeviceId device() {
    return DeviceId.of(UUID.randomUUID().toString());
  }

  public static SessionId sessionId() {
    return new SessionId(UUID.randomUUID().toString());
  }

  public static Session session(DeviceLock lock) {
    return session(sessionId(), lock, MINUTE);
  }

  public static Session session(SessionId id, DeviceLock lock, Duration idleLimit) {
    return new Session(
        id,
        lock,
        new NodeId("mini-1"),
        new Session.Terms(
            "lab", Optional.empty(), Optional.empty(), idleLimit, Duration.ofMinutes(2), true),
        Capabilities.of(
            Map.of(
                "platformName",
                "iOS",
                "appium:x",
                List.of(1, "zwei"),
                "nested",
                Map.of("a", true))),
        Map.of("/se/cdp", "ws://127.0.0.1:9222/devtools"),
        Instant.EPOCH);
  }

  /** A live session, on a device of its own. */
  public static Session published(SqlStore store) {
    Session session =
        session(now(store.deviceLocks().tryLock(device(), 1, "attempt", MINUTE)).orElseThrow());
    now(store.sessionMap().publish(session));
    return session;
  }

  /** The same in a run. */
  static Session of(RunId run, Session session) {
    Session.Terms terms = session.terms();
    return new Session(
        session.id(),
        session.lock(),
        session.node(),
        new Session.Terms(
            terms.tenant(),
            Optional.of(run.value()),
            terms.testName(),
            terms.idleLimit(),
            terms.commandTimeout(),
            terms.direct()),
        session.capabilities(),
        session.tunnels(),
        session.created());
  }

  /** A run with these devices; fails if they aren't free. */
  static Run begun(SqlStore store, DeviceId... devices) {
    RunRequest request =
        new RunRequest("nightly", List.of(), Duration.ofHours(1), MINUTE, Optional.empty());
    ReservedDevice phone = new ReservedDevice(Map.of("name", "Pixel"), Map.of());
    List<Reservation> wanted =
        Stream.of(devices).map(device -> Reservation.of(device, phone)).toList();
    Runs.Want all = new Runs.Want(wanted.size(), wanted.size(), wanted);
    Runs.Reserving done = now(store.runs().reserve(RunId.random(), request, List.of(all)));
    return ((Runs.Reserving.Reserved) done).run();
  }

  /** The newest rows of the list of sessions. */
  public static List<SessionPages.Row> listed(SqlStore store, int limit) {
    SessionPages.Filter all =
        new SessionPages.Filter(
            new SessionPages.Labels(Optional.empty(), Optional.empty()),
            Optional.empty(),
            Optional.empty(),
            SessionPages.Results.any(Instant.EPOCH),
            SessionPages.Started.ANY_TIME);
    return now(store.sessionPages().page(all, 0, limit)).rows();
  }

  /** The newest sessions, live or ended. */
  public static List<SessionRecord> newest(SqlStore store, int limit) {
    return listed(store, limit).stream().flatMap(row -> row.record().stream()).toList();
  }

  /** The value of a stage, or its failure. */
  public static <T> T now(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof StoreException failure) {
        throw failure;
      }
      throw e;
    }
  }
}
