package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionMap.Publication;
import io.gridfleet.lb.store.sql.SqlStore;
import io.gridfleet.lb.webdriver.SessionId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * After any order of lock, publish, end and release, also of locks that were released long ago, the
 * store agrees with a simple model.
 */
final class LockHistoryPropertyTest {
  private static final int SLOTS = 2;

  private static final Map<StoreKind, SqlStore> STORES = new EnumMap<>(StoreKind.class);

  @AfterContainer
  static void close() {
    STORES.values().forEach(SqlStore::close);
  }

  private static SqlStore store(StoreKind kind) {
    return STORES.computeIfAbsent(kind, StoreKind::open);
  }

  @Property(tries = 150)
  void sqliteAgreesWithTheModel(@ForAll @Size(max = 30) List<@IntRange(max = 999) Integer> steps) {
    new History(store(StoreKind.SQLITE_MEMORY)).run(steps);
  }

  @Property(tries = 50)
  void postgresAgreesWithTheModel(
      @ForAll @Size(max = 30) List<@IntRange(max = 999) Integer> steps) {
    new History(store(StoreKind.POSTGRESQL)).run(steps);
  }

  /** One device with two slots, three session ids, and every lock that ever was. */
  private static final class History {
    private final SqlStore store;
    private final DeviceId device = Facts.device();
    private final List<SessionId> ids =
        List.of(Facts.sessionId(), Facts.sessionId(), Facts.sessionId());
    private final List<DeviceLock> everyLock = new ArrayList<>();
    private final Map<Integer, DeviceLock> attempts = new TreeMap<>();
    private final Map<SessionId, DeviceLock> live = new HashMap<>();
    private final Map<Integer, DeviceLock> ending = new TreeMap<>();
    private final Map<Integer, Long> tokens = new HashMap<>();

    History(SqlStore store) {
      this.store = store;
    }

    void run(List<Integer> steps) {
      for (int step : steps) {
        int which = step / 4;
        switch (step % 4) {
          case 0 -> lock();
          case 1 -> publish(which);
          case 2 -> end(ids.get(which % ids.size()));
          default -> release(which);
        }
        compare();
      }
    }

    private void lock() {
      Optional<DeviceLock> got = now(store.deviceLocks().tryLock(device, SLOTS, "attempt", MINUTE));
      Optional<Integer> free = freeSlot();
      assertThat(got.map(DeviceLock::slot)).isEqualTo(free);
      got.ifPresent(
          lock -> {
            assertThat(lock.token()).isGreaterThan(tokens.getOrDefault(lock.slot(), 0L));
            tokens.put(lock.slot(), lock.token());
            attempts.put(lock.slot(), lock);
            everyLock.add(lock);
          });
    }

    private Optional<Integer> freeSlot() {
      for (int slot = 0; slot < SLOTS; slot++) {
        int each = slot;
        if (!attempts.containsKey(slot)
            && !ending.containsKey(slot)
            && live.values().stream().noneMatch(lock -> lock.slot() == each)) {
          return Optional.of(slot);
        }
      }
      return Optional.empty();
    }

    private void publish(int which) {
      if (everyLock.isEmpty()) {
        return;
      }
      DeviceLock lock = everyLock.get(which % everyLock.size());
      SessionId id = ids.get(which % ids.size());
      Session session = Facts.session(id, lock, MINUTE);

      Publication publication = now(store.sessionMap().publish(session));

      assertThat(publication).isEqualTo(expected(id, lock));
      if (publication == Publication.PUBLISHED) {
        attempts.remove(lock.slot(), lock);
        live.put(id, lock);
      }
    }

    private Publication expected(SessionId id, DeviceLock lock) {
      if (lock.equals(live.get(id))) {
        return Publication.PUBLISHED;
      }
      if (!lock.equals(attempts.get(lock.slot()))) {
        return Publication.LOCK_LOST;
      }
      return live.containsKey(id) ? Publication.DUPLICATE_ID : Publication.PUBLISHED;
    }

    private void end(SessionId id) {
      Optional<Session> ended = now(store.sessionMap().end(id, EndReason.CLIENT_DELETED));
      DeviceLock lock = live.remove(id);
      assertThat(ended.isPresent()).isEqualTo(lock != null);
      if (lock != null) {
        ending.put(lock.slot(), lock);
      }
    }

    private void release(int which) {
      if (everyLock.isEmpty()) {
        return;
      }
      DeviceLock lock = everyLock.get(which % everyLock.size());
      assertThat(now(store.deviceLocks().release(lock)))
          .isEqualTo(attempts.remove(lock.slot(), lock) || ending.remove(lock.slot(), lock));
    }

    private void compare() {
      Map<Integer, String> held = new TreeMap<>();
      for (HeldLock each : now(store.deviceLocks().held())) {
        if (each.lock().device().equals(device)) {
          held.put(each.lock().slot(), each.kind() + " " + each.lock().token());
        }
      }
      Map<Integer, String> wanted = new TreeMap<>();
      attempts.forEach((slot, lock) -> wanted.put(slot, "ATTEMPT " + lock.token()));
      ending.forEach((slot, lock) -> wanted.put(slot, "ENDING " + lock.token()));
      live.forEach((id, lock) -> wanted.put(lock.slot(), "SESSION " + lock.token()));
      assertThat(held).isEqualTo(wanted);
    }
  }
}
