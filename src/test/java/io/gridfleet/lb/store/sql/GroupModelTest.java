package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.LockRequest;
import io.gridfleet.lb.device.LockResult;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.store.Facts;
import io.gridfleet.lb.store.StoreKind;
import io.gridfleet.lb.webdriver.SessionId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random operations in random groups have the results, and leave the rows, of the same operations
 * executed one after another, in the order in which they were answered.
 */
final class GroupModelTest {
  private static final int ROUNDS = 40;
  private static final List<DeviceId> DEVICES =
      List.of(DeviceId.of("a"), DeviceId.of("b"), DeviceId.of("c"));
  private static final List<String> SESSIONS = List.of("s1", "s2", "s3", "s4");
  private static final List<String> KEYS = List.of("k1", "k2");

  /** An operation that gives a text, the same one on every store with the same rows. */
  private interface Step extends Function<SqlStore, CompletionStage<String>> {}

  /** Operations are answered in the order in which they were executed. */
  private record Answered(Step step, String answer) {}

  private final Set<DeviceLock> locks = new LinkedHashSet<>();
  private int attempts;

  @ParameterizedTest
  @EnumSource
  void randomGroupsEqualTheSequentialModel(StoreKind kind) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (SqlStore store = kind.open();
        SqlStore model = StoreKind.SQLITE_MEMORY.open()) {
      for (int round = 0; round < ROUNDS; round++) {
        List<Step> steps = new ArrayList<>();
        for (int count = 1 + random.nextInt(30); count > 0; count--) {
          steps.add(step(random));
        }
        Queue<Answered> answered = new ConcurrentLinkedQueue<>();
        HeldWriter.together(kind, store, () -> submitted(steps, store, answered))
            .forEach(Facts::now);
        for (Answered each : answered) {
          assertThat(each.answer())
              .as("seed %d, round %d", seed, round)
              .isEqualTo(now(each.step().apply(model)));
        }
        assertThat(rows(store)).as("seed %d, round %d", seed, round).isEqualTo(rows(model));
      }
    }
  }

  private static List<CompletionStage<Void>> submitted(
      List<Step> steps, SqlStore store, Queue<Answered> answered) {
    return steps.stream()
        .map(step -> step.apply(store).thenAccept(text -> answered.add(new Answered(step, text))))
        .toList();
  }

  private Step step(Random random) {
    DeviceId device = DEVICES.get(random.nextInt(DEVICES.size()));
    SessionId session = new SessionId(SESSIONS.get(random.nextInt(SESSIONS.size())));
    DeviceLock lock = knownLock(random, device);
    return switch (random.nextInt(7)) {
      case 0, 1 -> lock(device, random.nextBoolean());
      case 2 -> store -> store.deviceLocks().release(lock).thenApply(String::valueOf);
      case 3 -> publication(Facts.session(session, lock, MINUTE));
      case 4 ->
          store ->
              store
                  .sessionMap()
                  .end(session, EndReason.IDLE)
                  .thenApply(ended -> String.valueOf(ended.map(Session::lock)));
      case 5 -> store -> store.avoidedDevices().endAvoidance(device).thenApply(String::valueOf);
      default -> claim(KEYS.get(random.nextInt(KEYS.size())));
    };
  }

  private DeviceLock knownLock(Random random, DeviceId device) {
    return locks.stream()
        .skip(locks.isEmpty() ? 0 : random.nextInt(locks.size()))
        .findFirst()
        .orElseGet(() -> new DeviceLock(device, 0, "none", 1));
  }

  private Step lock(DeviceId device, boolean limited) {
    Quota quota = new Quota("tenant", limited ? OptionalInt.of(3) : OptionalInt.empty());
    LockRequest request =
        new LockRequest(device, 2, "a" + attempts++, Optional.empty(), quota, MINUTE);
    return store ->
        store
            .deviceLocks()
            .tryLock(request)
            .thenApply(
                result -> {
                  if (result instanceof LockResult.Taken taken) {
                    locks.add(taken.lock());
                  }
                  return result.toString();
                });
  }

  /** One of a session whose id is live is rolled back, and so is executed after all others. */
  private Step publication(Session session) {
    return store -> store.sessionMap().publish(session).thenApply(Enum::name);
  }

  private Step claim(String key) {
    String claim = "c" + attempts++;
    return store ->
        store
            .idempotencyRecords()
            .claim(key, "hash", claim)
            .thenApply(result -> result.getClass().getSimpleName());
  }

  private static List<String> rows(SqlStore store) {
    return store
        .jdbi()
        .withHandle(
            handle -> {
              List<String> rows = new ArrayList<>();
              rows.addAll(
                  handle
                      .select(
                          "SELECT device, slot, token, holder, kind, tenant FROM device_locks"
                              + " ORDER BY device, slot")
                      .map((row, context) -> text(row, 6))
                      .list());
              rows.addAll(
                  handle
                      .select(
                          "SELECT device, slot, token, id, end_reason FROM sessions"
                              + " ORDER BY device, slot, token")
                      .map((row, context) -> text(row, 5))
                      .list());
              rows.addAll(
                  handle
                      .select("SELECT request_key, claim FROM keyed_requests ORDER BY request_key")
                      .map((row, context) -> text(row, 2))
                      .list());
              return rows;
            });
  }

  private static String text(ResultSet row, int columns) throws SQLException {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i <= columns; i++) {
      text.append(row.getString(i)).append(' ');
    }
    return text.toString();
  }
}
