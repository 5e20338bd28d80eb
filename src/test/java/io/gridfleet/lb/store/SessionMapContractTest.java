package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static io.gridfleet.lb.store.Facts.session;
import static io.gridfleet.lb.store.Facts.sessionId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.HeldLock.Kind;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunCommands;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.RunLab;
import io.gridfleet.lb.run.RunListener;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.session.SessionMap.Publication;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.store.sql.SqlStore;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link SessionMap} promises, on every database. */
@ParameterizedClass
@MethodSource("io.gridfleet.lb.store.StoreKind#underTest")
final class SessionMapContractTest {
  private static final Duration MOMENT = Duration.ofMillis(30);

  private final StoreKind kind;
  private SqlStore store;
  private SessionMap sessions;

  SessionMapContractTest(StoreKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = kind.open();
    sessions = store.sessionMap();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aPublishedSessionIsFoundAsItWas() {
    Session session = session(lock());

    assertThat(now(sessions.publish(session))).isEqualTo(Publication.PUBLISHED);

    Session found = now(sessions.find(session.id())).orElseThrow();
    assertThat(found.created()).isCloseTo(Instant.now(), within(10, ChronoUnit.SECONDS));
    DeviceLock own =
        new DeviceLock(session.lock().device(), 0, session.id().value(), session.lock().token());
    assertThat(found)
        .isEqualTo(
            new Session(
                session.id(),
                own,
                session.node(),
                session.terms(),
                session.capabilities(),
                session.tunnels(),
                found.created()));
  }

  @Test
  void publicationMakesTheLockTheSessions() {
    Session session = published();

    HeldLock held = now(store.deviceLocks().held()).get(0);

    assertThat(held.kind()).isEqualTo(Kind.SESSION);
    assertThat(held.expires()).isEmpty();
    assertThat(held.lock().holder()).isEqualTo(session.id().value());
    assertThat(held.lock().token()).isEqualTo(session.lock().token());
  }

  @Test
  void anEndThatFreesLeavesTheDeviceFreeForTheNext() {
    Session session = published();
    EndCause cause = EndCause.of(EndReason.CLIENT_DELETED);

    Session ended = now(sessions.endAndFree(session.id(), cause)).orElseThrow();

    assertThat(ended.lock().token()).isEqualTo(session.lock().token());
    assertThat(now(sessions.find(session.id()))).isEmpty();
    assertThat(now(store.deviceLocks().held())).isEmpty();
    DeviceLock next =
        now(store.deviceLocks().tryLock(session.lock().device(), 1, "next", MINUTE)).orElseThrow();
    assertThat(now(sessions.endAndFree(session.id(), cause))).as("once").isEmpty();
    assertThat(now(store.deviceLocks().held())).extracting(HeldLock::lock).containsExactly(next);
  }

  @Test
  void theSamePublicationTwiceIsOne() {
    Session session = published();

    assertThat(now(sessions.publish(session))).isEqualTo(Publication.PUBLISHED);
    assertThat(Facts.newest(store, 10)).hasSize(1);
  }

  @Test
  void aLiveIdIsNotGivenToAnotherSessionAndTheAttemptKeepsItsLock() {
    Session first = published();
    DeviceLock other = lock();

    assertThat(now(sessions.publish(session(first.id(), other, MINUTE))))
        .isEqualTo(Publication.DUPLICATE_ID);

    assertThat(now(sessions.find(first.id())).orElseThrow().lock().device())
        .isEqualTo(first.lock().device());
    assertThat(now(store.deviceLocks().release(other))).as("still an attempt's lock").isTrue();
  }

  @Test
  void anIdMayComeAgainAfterItsSessionEnded() {
    Session first = published();
    now(sessions.end(first.id(), EndReason.IDLE));

    assertThat(now(sessions.publish(session(first.id(), lock(), MINUTE))))
        .isEqualTo(Publication.PUBLISHED);
    String both = "SELECT count(*) FROM sessions";
    assertThat(
            store
                .jdbi()
                .<Integer, RuntimeException>withHandle(
                    handle -> handle.createQuery(both).mapTo(Integer.class).one()))
        .isEqualTo(2);
    assertThat(Facts.newest(store, 10))
        .as("the newest")
        .singleElement()
        .matches(SessionRecord::live);
  }

  @Test
  void aSessionOfAnOpenRunBelongsToIt() {
    DeviceId phone = device();
    RunId run = Facts.begun(store, phone).id();
    Session session = Facts.of(run, session(lock(phone, run)));

    assertThat(now(sessions.publish(session))).isEqualTo(Publication.PUBLISHED);
    assertThat(now(sessions.publish(session)))
        .as("published twice")
        .isEqualTo(Publication.PUBLISHED);
    assertThat(now(sessions.find(session.id())).orElseThrow().terms()).isEqualTo(session.terms());
  }

  @Test
  void aSessionOfARunThatHasEndedIsNotRecordedAndTheAttemptKeepsItsLock() {
    DeviceId phone = device();
    RunId run = Facts.begun(store, phone).id();
    DeviceLock lock = lock(phone, run);
    now(RunLab.commands(store.runs(), (any, by) -> done(), new RunListener() {}).complete(run));
    Session session = Facts.of(run, session(lock));

    assertThat(now(sessions.publish(session))).isEqualTo(Publication.RUN_OVER);
    assertThat(now(sessions.publish(Facts.of(RunId.random(), session))))
        .as("a run that never was")
        .isEqualTo(Publication.RUN_OVER);

    assertThat(Facts.newest(store, 10)).isEmpty();
    assertThat(now(store.deviceLocks().release(lock))).as("still an attempt's lock").isTrue();
  }

  @Test
  void whoeverEndsARunFindsAllSessionsThatItWillEverHave() {
    Set<Publication> seen = new HashSet<>();
    for (int round = 0; round < 40; round++) {
      DeviceId phone = device();
      RunId run = Facts.begun(store, phone).id();
      Session session = Facts.of(run, session(lock(phone, run)));
      List<SessionRecord> found = new ArrayList<>();
      RunCommands commands =
          RunLab.commands(
              store.runs(),
              (ended, by) -> sessions.live().thenAccept(found::addAll),
              new RunListener() {});
      CompletionStage<Publication> publication = round % 3 == 0 ? sessions.publish(session) : null;
      CompletionStage<Run> cancelled = commands.cancel(run, "suite ci");
      if (round % 3 == 1) {
        now(cancelled);
      }
      if (publication == null) {
        publication = sessions.publish(session);
      }
      now(cancelled);

      Publication outcome = now(publication);
      assertThat(found.stream().anyMatch(it -> it.session().id().equals(session.id())))
          .as("found by who ended the run, in round %d", round)
          .isEqualTo(outcome == Publication.PUBLISHED);
      seen.add(outcome);
    }
    assertThat(seen).containsExactlyInAnyOrder(Publication.PUBLISHED, Publication.RUN_OVER);
  }

  @Test
  void aReleasedLockCanNotCarryASession() {
    DeviceLock lock = lock();
    now(store.deviceLocks().release(lock));
    Session session = session(lock);

    assertThat(now(sessions.publish(session))).isEqualTo(Publication.LOCK_LOST);
    assertThat(now(sessions.find(session.id()))).isEmpty();
    assertThat(Facts.newest(store, 10)).isEmpty();
  }

  @Test
  void anAttemptThatIsBeingCleanedUpCanNotPublish() {
    DeviceLock lock = now(store.deviceLocks().tryLock(device(), 1, "dead", MOMENT)).orElseThrow();
    await()
        .pollInterval(Duration.ofMillis(10))
        .until(() -> now(store.orphanedLocks().claimExpired(1, MINUTE)).size() == 1);

    assertThat(now(sessions.publish(session(lock)))).isEqualTo(Publication.LOCK_LOST);
  }

  @Test
  void endingIsDoneByOneCallerAndKeepsTheSlotUntilItsLockIsReleased() {
    Session session = published();
    DeviceId device = session.lock().device();
    assertThat(now(store.deviceLocks().tryLock(device, 1, "x", MINUTE))).isEmpty();

    Session ended = now(sessions.end(session.id(), EndReason.CLIENT_DELETED)).orElseThrow();

    assertThat(ended.node()).isEqualTo(session.node());
    assertThat(now(sessions.end(session.id(), EndReason.IDLE))).isEmpty();
    assertThat(now(sessions.find(session.id()))).isEmpty();
    HeldLock ending = now(store.deviceLocks().held()).get(0);
    assertThat(ending.kind()).isEqualTo(Kind.ENDING);
    assertThat(ending.lock().holder()).isEqualTo(session.id().value());
    assertThat(ending.expires().orElseThrow()).isAfter(Instant.now().plusSeconds(10));
    assertThat(now(store.deviceLocks().tryLock(device, 1, "y", MINUTE))).isEmpty();
    assertThat(now(store.deviceLocks().release(ended.lock()))).isTrue();
    assertThat(now(store.deviceLocks().release(ended.lock()))).as("twice").isFalse();
    assertThat(now(store.deviceLocks().held())).isEmpty();
    assertThat(now(store.deviceLocks().tryLock(device, 1, "y", MINUTE)).orElseThrow().token())
        .isGreaterThan(session.lock().token());
    SessionRecord record = Facts.newest(store, 1).get(0);
    assertThat(record.live()).isFalse();
    assertThat(record.end().orElseThrow().reason()).isEqualTo(EndReason.CLIENT_DELETED);
    assertThat(record.end().orElseThrow().at()).isAfterOrEqualTo(record.session().created());
  }

  @Test
  void liveAndNewestTellWhatTheirNamesSay() {
    Session one = published();
    Session two = published();
    Session three = published();
    now(sessions.end(two.id(), EndReason.OPERATOR));

    assertThat(now(sessions.live()))
        .extracting(record -> record.session().id())
        .containsExactlyInAnyOrder(one.id(), three.id());
    assertThat(Facts.newest(store, 10)).hasSize(3);
    assertThat(Facts.newest(store, 2)).hasSize(2);
  }

  @Test
  void aRecordIsFoundByItsIdAfterItsEndToo() {
    DeviceId phone = device();
    RunId run = Facts.begun(store, phone).id();
    Session ended = Facts.of(run, session(lock(phone, run)));
    now(sessions.publish(ended));
    Session gone = now(sessions.end(ended.id(), EndReason.IDLE)).orElseThrow();
    now(store.deviceLocks().release(gone.lock()));
    assertThat(now(sessions.record(ended.id())).orElseThrow().end().orElseThrow().reason())
        .isEqualTo(EndReason.IDLE);

    now(sessions.publish(session(ended.id(), lock(), MINUTE)));

    assertThat(now(sessions.record(ended.id())).orElseThrow().live()).as("the newest").isTrue();
    assertThat(now(sessions.record(sessionId()))).isEmpty();
  }

  @Test
  void aSilentSessionIsIdleAndATouchedOneIsNot() {
    Session silent = published(Duration.ofMillis(400));
    Session lively = published(MINUTE);

    await()
        .untilAsserted(
            () ->
                assertThat(now(sessions.idle(Duration.ZERO)))
                    .extracting(record -> record.session().id())
                    .containsExactly(silent.id()));
    assertThat(now(sessions.idle(MINUTE))).as("grace").isEmpty();
    now(sessions.touch(Map.of(silent.id(), Duration.ZERO, lively.id(), Duration.ZERO)));
    assertThat(now(sessions.idle(Duration.ZERO))).isEmpty();
  }

  @Test
  void activityNeverGoesBack() {
    Session session = published();
    Instant before = now(sessions.live()).get(0).lastActivity();

    now(sessions.touch(Map.of(session.id(), Duration.ofHours(1))));

    assertThat(now(sessions.live()).get(0).lastActivity()).isEqualTo(before);
  }

  @Test
  void thousandsAreTouchedAtOnceAndUnknownOnesDoNoHarm() {
    Session session = published();
    Map<SessionId, Duration> many = new HashMap<>();
    for (int i = 0; i < 1_200; i++) {
      many.put(sessionId(), Duration.ZERO);
    }
    many.put(session.id(), Duration.ZERO);
    Instant before = now(sessions.live()).get(0).lastActivity();

    await()
        .untilAsserted(
            () -> {
              now(sessions.touch(many));
              assertThat(now(sessions.live()).get(0).lastActivity()).isAfter(before);
            });
    now(sessions.touch(Map.of()));
  }

  @Test
  void textsThatADatabaseDoesNotTakeDoNoHarm() {
    Session plain = session(lock());
    Session.Terms terms =
        new Session.Terms(
            "lab",
            java.util.Optional.empty(),
            java.util.Optional.of("a\0b'; DROP TABLE sessions; --"),
            MINUTE,
            MINUTE,
            false);
    Session odd =
        new Session(
            plain.id(),
            plain.lock(),
            plain.node(),
            terms,
            io.gridfleet.lb.webdriver.Capabilities.of(Map.of("x", "\0\ud800<now>:me")),
            Map.of(),
            plain.created());

    assertThat(now(sessions.publish(odd))).isEqualTo(Publication.PUBLISHED);

    Session found = now(sessions.find(plain.id())).orElseThrow();
    assertThat(found.terms().testName().orElseThrow()).contains("DROP TABLE");
    assertThat(found.capabilities().text("x").orElseThrow()).endsWith("<now>:me");
  }

  @Test
  void liveSessionsOfATenantAreListedNewestFirstWithinBounds() {
    Session older = published();
    Instant later = Instant.now().plus(MOMENT);
    await().until(() -> Instant.now().isAfter(later));
    Session newer = published();
    Session ended = published();
    now(sessions.end(ended.id(), EndReason.CLIENT_DELETED));
    Optional<String> lab = Optional.of("lab");
    int one = Json.text(older.capabilities().asMap()).length();

    assertThat(now(sessions.liveOf(lab, 10, 10_000)))
        .extracting(Session::id)
        .containsExactly(newer.id(), older.id());
    assertThat(now(sessions.liveOf(Optional.empty(), 1, 10_000)))
        .extracting(Session::id)
        .containsExactly(newer.id());
    assertThat(now(sessions.liveOf(Optional.of("other"), 10, 10_000))).isEmpty();
    assertThat(now(sessions.liveOf(lab, 10, one + 1)))
        .extracting(Session::capabilities)
        .containsExactly(newer.capabilities(), Capabilities.empty());
  }

  private static CompletionStage<Void> done() {
    return CompletableFuture.completedFuture(null);
  }

  private DeviceLock lock(DeviceId phone, RunId run) {
    Optional<String> of = Optional.of(run.value());
    return now(store.deviceLocks().tryLock(phone, 1, "attempt", of, MINUTE)).orElseThrow();
  }

  private DeviceLock lock() {
    return now(store.deviceLocks().tryLock(device(), 1, "attempt", MINUTE)).orElseThrow();
  }

  private Session published() {
    return published(MINUTE);
  }

  private Session published(Duration idleLimit) {
    Session session = session(sessionId(), lock(), idleLimit);
    assertThat(now(sessions.publish(session))).isEqualTo(Publication.PUBLISHED);
    return session;
  }

  @Test
  void theLockOfASessionSaysWhatItIsFor() {
    DeviceId phone = device();
    RunId run = Facts.begun(store, phone).id();
    Session plain = session(lock(phone, run));
    Session.Terms terms =
        new Session.Terms(
            "ci", Optional.of(run.value()), Optional.of("checkout"), MINUTE, MINUTE, true);
    lock();

    now(
        sessions.publish(
            new Session(
                plain.id(),
                plain.lock(),
                plain.node(),
                terms,
                plain.capabilities(),
                plain.tunnels(),
                plain.created())));

    assertThat(now(store.deviceLocks().held()))
        .extracting(HeldLock::kind, HeldLock::purpose)
        .containsExactlyInAnyOrder(
            tuple(HeldLock.Kind.SESSION, new HeldLock.Purpose(terms.testName(), terms.run())),
            tuple(HeldLock.Kind.ATTEMPT, HeldLock.Purpose.UNKNOWN));
  }
}
