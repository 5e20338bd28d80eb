package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.HeldLock.Kind;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionMap.Publication;
import io.gridfleet.lb.store.Facts;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreFaultException;
import io.gridfleet.lb.store.StoreKind;
import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.store.statement.Statements;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Operations that commit together succeed and fail each by itself, on every database. */
@ParameterizedClass
@MethodSource("io.gridfleet.lb.store.StoreKind#underTest")
final class GroupCommitContractTest {
  private final StoreKind kind;
  private final Queue<Integer> groups = new ConcurrentLinkedQueue<>();
  private SqlStore store;

  GroupCommitContractTest(StoreKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store =
        StoreKind.open(
            StoreConfig.at(kind.migratedDatabase()),
            new StoreListener() {
              @Override
              public void groupCommitted(int operations) {
                groups.add(operations);
              }
            });
  }

  @AfterEach
  void close() {
    store.close();
  }

  private CompletionStage<Optional<DeviceLock>> lock(DeviceId device) {
    return store.deviceLocks().tryLock(device, 1, "attempt", MINUTE);
  }

  private List<CompletionStage<Optional<DeviceLock>>> locksTogether(List<DeviceId> devices) {
    return HeldWriter.together(kind, store, () -> devices.stream().map(this::lock).toList());
  }

  private static List<DeviceId> devices(int number) {
    return IntStream.range(0, number).mapToObj(i -> device()).toList();
  }

  private List<DeviceId> held() {
    return now(store.deviceLocks().held()).stream().map(each -> each.lock().device()).toList();
  }

  /** Statements on the locks of these devices fail. */
  private void refuse(List<DeviceId> bad) {
    String names = String.join("', '", bad.stream().map(DeviceId::value).toList());
    if (kind == StoreKind.POSTGRESQL) {
      script(
          "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
              + " 'BEGIN RAISE EXCEPTION ''refused''; END'",
          "CREATE TRIGGER refuse BEFORE INSERT ON device_locks FOR EACH ROW WHEN (NEW.device IN ('"
              + names
              + "')) EXECUTE FUNCTION refuse()");
    } else {
      script(
          "CREATE TRIGGER refuse BEFORE INSERT ON device_locks WHEN NEW.device IN ('"
              + names
              + "') BEGIN SELECT RAISE(ABORT, 'refused'); END");
    }
  }

  /** The statement on the lock of this device succeeds, and then its transaction can't commit. */
  private void refuseCommit(DeviceId bad) {
    script(
        "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
        "CREATE TABLE children (id INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)");
    if (kind == StoreKind.POSTGRESQL) {
      script(
          "CREATE FUNCTION orphan() RETURNS trigger LANGUAGE plpgsql AS"
              + " 'BEGIN INSERT INTO children VALUES (1); RETURN NULL; END'",
          "CREATE TRIGGER orphan AFTER INSERT ON device_locks FOR EACH ROW WHEN (NEW.device = '"
              + bad
              + "') EXECUTE FUNCTION orphan()");
    } else {
      script(
          "CREATE TRIGGER orphan AFTER INSERT ON device_locks WHEN NEW.device = '"
              + bad
              + "' BEGIN INSERT INTO children VALUES (1); END");
    }
  }

  private void script(String... statements) {
    StatementScript.execute(store.jdbi(), statements);
  }

  @Test
  void whatWaitsTogetherCommitsTogetherAndEachGetsItsOwnAnswer() {
    List<DeviceId> devices = devices(10);
    DeviceId taken = devices.get(3);
    now(lock(taken));

    var answers = locksTogether(devices);

    for (int i = 0; i < devices.size(); i++) {
      Optional<DeviceLock> lock = now(answers.get(i));
      assertThat(lock.isPresent()).isEqualTo(i != 3);
      lock.ifPresent(each -> assertThat(devices).contains(each.device()));
    }
    assertThat(groups).containsExactly(10);
    assertThat(held()).containsExactlyInAnyOrderElementsOf(devices);
  }

  @Test
  void oneThatWaitsAloneIsNoGroup() {
    var answers = locksTogether(devices(1));

    assertThat(now(answers.get(0))).isPresent();
    assertThat(groups).isEmpty();
  }

  @Test
  void aStatementThatFailsInTheMiddleFailsOnlyItsOwnOperation() {
    List<DeviceId> devices = devices(9);
    refuse(devices.subList(4, 5));

    assertOnlyTheseFail(devices, devices.subList(4, 5));
    assertThat(groups).containsExactly(8);
  }

  @Test
  void manyStatementsThatFailFailOnlyTheirOwnOperations() {
    List<DeviceId> devices = devices(20);
    refuse(devices.subList(5, 15));

    assertOnlyTheseFail(devices, devices.subList(5, 15));
  }

  @Test
  void aCommitThatFailsFailsOnlyTheOperationThatCannotCommit() {
    List<DeviceId> devices = devices(9);
    refuseCommit(devices.get(4));

    assertOnlyTheseFail(devices, devices.subList(4, 5));
  }

  private void assertOnlyTheseFail(List<DeviceId> devices, List<DeviceId> bad) {
    var answers = locksTogether(devices);

    List<DeviceId> good = new ArrayList<>(devices);
    good.removeAll(bad);
    for (int i = 0; i < devices.size(); i++) {
      var answer = answers.get(i);
      if (bad.contains(devices.get(i))) {
        assertThatThrownBy(() -> now(answer)).isInstanceOf(StoreFaultException.class);
      } else {
        assertThat(now(answer)).isPresent().get().extracting(DeviceLock::token).isEqualTo(1L);
      }
    }
    assertThat(held()).containsExactlyInAnyOrderElementsOf(good);
    assertThat(store.isUp()).isTrue();
  }

  @Test
  void anOperationThatRollsBackLeavesTheOthers() {
    DeviceLock first = now(lock(device())).orElseThrow();
    DeviceLock second = now(lock(device())).orElseThrow();
    Session session = Facts.session(first);
    Session same = Facts.session(session.id(), second, MINUTE);
    DeviceId other = device();
    List<CompletionStage<Publication>> publications = new ArrayList<>();

    var lock =
        HeldWriter.together(
            kind,
            store,
            () -> {
              publications.add(store.sessionMap().publish(session));
              publications.add(store.sessionMap().publish(same));
              return lock(other);
            });

    assertThat(publications.stream().map(Facts::now))
        .containsExactlyInAnyOrder(Publication.PUBLISHED, Publication.DUPLICATE_ID);
    assertThat(now(lock)).isPresent();
    assertThat(now(store.deviceLocks().held()))
        .extracting(HeldLock::kind)
        .containsExactlyInAnyOrder(Kind.SESSION, Kind.ATTEMPT, Kind.ATTEMPT);
  }

  @Test
  void moreThanAGroupHoldsAreAllExecuted() {
    List<DeviceId> devices = devices(200);

    locksTogether(devices).forEach(answer -> assertThat(now(answer)).isPresent());

    assertThat(groups).allMatch(size -> size <= Statements.MAX_GROUP);
    assertThat(groups.stream().mapToInt(size -> size).sum()).isEqualTo(200);
  }
}
