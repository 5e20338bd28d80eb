package io.gridfleet.lb.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.lab.ObedientNodes;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.EndSession.NodeKnows;
import io.gridfleet.lb.session.FakeSessionMap;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionListener;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The end of sessions that a node doesn't have any more when it answers again. */
final class LostSessionsTest {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final NodeId NODE = new NodeId("node");

  private final VirtualTime time = new VirtualTime();
  private final FakeDeviceLocks locks = new FakeDeviceLocks(time);
  private final FakeSessionMap sessions = new FakeSessionMap(locks, time, run -> true);
  private final CompletableFuture<Set<SessionId>> forgotten = new CompletableFuture<>();
  private final EndSession endSession =
      new EndSession(
          sessions,
          new ObedientNodes() {},
          lock -> locks.release(lock).thenAccept(done -> {}),
          new SessionListener() {},
          time);
  private final LostSessions lost =
      new LostSessions(sessions, (node, asked) -> forgotten, endSession, time);

  @Test
  void aSessionThatTheNodeForgotIsEndedAndAnotherStays() {
    SessionId gone = published("s-1");
    SessionId there = published("s-2");
    lost.nodeUp(NODE);
    forgotten.complete(Set.of(gone));
    time.pass(LostSessions.PAUSE);

    assertThat(reason(gone)).contains(EndReason.NODE_LOST);
    assertThat(reason(there)).isEmpty();
  }

  /** Its client deleted it: it was gone on the node before its end was recorded. */
  @Test
  void aSessionWhoseEndIsBeingRecordedKeepsItsReason() {
    SessionId deleted = published("s-1");
    lost.nodeUp(NODE);
    forgotten.complete(Set.of(deleted));
    endSession.end(deleted, EndReason.CLIENT_DELETED, NodeKnows.ALREADY);
    time.pass(LostSessions.PAUSE);

    assertThat(reason(deleted)).contains(EndReason.CLIENT_DELETED);
  }

  private Optional<EndReason> reason(SessionId id) {
    return sessions
        .record(id)
        .toCompletableFuture()
        .join()
        .flatMap(SessionRecord::end)
        .map(SessionRecord.End::reason);
  }

  private SessionId published(String name) {
    SessionId id = new SessionId(name);
    DeviceLock lock =
        locks
            .tryLock(DeviceId.of("phone of " + name), 1, "attempt", Duration.ofMinutes(1))
            .toCompletableFuture()
            .join()
            .orElseThrow();
    sessions
        .publish(
            new Session(
                id,
                lock,
                NODE,
                new Session.Terms("lab", Optional.empty(), Optional.empty(), LIMIT, LIMIT, false),
                Capabilities.empty(),
                Map.of(),
                time.instant()))
        .toCompletableFuture()
        .join();
    return id;
  }
}
