package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * The map from devices to the live runs that hold them, in memory, read by matching and by device
 * rows. Updated by this replica's commands as a {@link RunListener}, and by {@link #reload} with
 * the changes of other replicas.
 *
 * <p>Contended: one lock (this) guards all maps; listeners are called after it is released. Of two
 * copies of a run the one with the higher version is kept, so updates may arrive in any order. A
 * listener with a copy of its own must read {@link #of} again under its own lock, because the
 * notifications of two changes may overtake each other.
 *
 * <p>States of a run: unknown; live, in {@link #live} with each device that it holds in {@link
 * #byDevice}; ended, in {@link #ended}. The last is final, because ids aren't reused: an update
 * that was read before the end and arrives after it is ignored. A run that another replica ended is
 * recognized by its absence from a reload.
 *
 * <p>The map is a view that may be late, in both directions. Nothing depends on it for safety: the
 * store checks the reservation when it locks a slot, and the run when it publishes a session. A
 * reservation that isn't known here yet costs requests that the store refuses; one that has ended
 * keeps its devices from others until the next reload.
 *
 * <p>Threads: those of the store complete commands and reloads, and call the listeners; any thread
 * reads. Reloads may overlap, and the store may answer them in another order. An older answer
 * removes no newer run, because only runs known before its query count as gone; it can bring back
 * one that ended unknown to this replica, until the next reload.
 */
public final class RunBindings implements RunListener {
  /**
   * How many ended runs are stored, so that late updates of them are ignored. An update is late by
   * the duration of a query, in which fewer runs end.
   */
  private static final int MAX_ENDED = 4096;

  private final Map<RunId, Run> live = new HashMap<>();

  /**
   * The store has a device in one reservation at most. Here the next run may be known before the
   * end of the previous one: of two live runs the one that was created later holds the device. If
   * the end of that one is known first, the other holds it until its own end is known.
   */
  private final Map<DeviceId, RunBinding> byDevice = new HashMap<>();

  private final RunListener listener;
  private final Set<RunId> ended =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<RunId, Boolean> eldest) {
              return size() > MAX_ENDED;
            }
          });

  /**
   * @param listener notified by {@link RunListener#bindingsChanged}, then {@link RunListener#over}
   */
  public RunBindings(RunListener listener) {
    this.listener = listener;
  }

  /** Returns the live run that holds a device. */
  public synchronized Optional<RunBinding> of(DeviceId device) {
    return Optional.ofNullable(byDevice.get(device));
  }

  /** Returns a run that hasn't ended. */
  public synchronized Optional<Run> live(RunId id) {
    return Optional.ofNullable(live.get(id));
  }

  @Override
  public void changed(Run run) {
    Updates updates = new Updates();
    synchronized (this) {
      take(run, updates);
      rebind(updates);
    }
    publish(updates);
  }

  /**
   * Replaces the contents by the store's live runs; for start-up, sweeps and signals. The known
   * runs are noted before the query is sent: one that is created while it runs may be missing in
   * the answer, and hasn't ended. If the store fails, the contents stay.
   */
  public CompletionStage<List<Run>> reload(Runs runs) {
    Set<RunId> before = known();
    return runs.live()
        .thenApply(
            found -> {
              replace(before, found);
              return found;
            });
  }

  private synchronized Set<RunId> known() {
    return Set.copyOf(live.keySet());
  }

  private void replace(Set<RunId> before, Collection<Run> found) {
    Updates updates = new Updates();
    synchronized (this) {
      Set<RunId> gone = new HashSet<>(before);
      found.forEach(run -> gone.remove(run.id()));
      gone.forEach(id -> forget(id, updates));
      found.forEach(run -> take(run, updates));
      rebind(updates);
    }
    publish(updates);
  }

  /**
   * Applies a copy of a run unless it is older than the known one. A change that concerns no
   * binding, such as a heartbeat, replaces the run without a notification. Called under the lock.
   */
  private void take(Run run, Updates updates) {
    Run known = live.get(run.id());
    boolean old = known != null && known.status().version() >= run.status().version();
    if (old || ended.contains(run.id())) {
      return;
    }
    if (!run.live()) {
      forget(run.id(), updates);
      return;
    }
    live.put(run.id(), run);
    run.reservations().stream()
        .filter(Reservation::holds)
        .forEach(entry -> bind(run, entry, updates));
  }

  /** Binds a device to a live run, unless a run that was created later holds it. */
  private void bind(Run run, Reservation entry, Updates updates) {
    RunBinding before = byDevice.get(entry.device());
    if (before != null && before.run().times().created().isAfter(run.times().created())) {
      return;
    }
    byDevice.put(entry.device(), new RunBinding(run, entry));
    if (before == null || !sameFor(before, run, entry)) {
      updates.touched().add(entry.device());
    }
  }

  /** Binds devices whose run has ended to other live runs that hold them. Called under the lock. */
  private void rebind(Updates updates) {
    Set<DeviceId> freed = updates.freed();
    if (freed.isEmpty()) {
      return;
    }
    for (Run run : live.values()) {
      run.reservations().stream()
          .filter(entry -> entry.holds() && freed.contains(entry.device()))
          .forEach(entry -> bind(run, entry, updates));
    }
  }

  private static boolean sameFor(RunBinding before, Run run, Reservation entry) {
    return before.run().id().equals(run.id()) && Objects.equals(before.reservation(), entry);
  }

  /** Ends a run, known or not: the end may arrive first. Called under the lock. */
  private void forget(RunId id, Updates updates) {
    ended.add(id);
    Run known = live.remove(id);
    if (known == null) {
      return;
    }
    updates.over().add(id);
    for (Reservation entry : known.reservations()) {
      RunBinding binding = byDevice.get(entry.device());
      if (binding != null && binding.run().id().equals(id)) {
        byDevice.remove(entry.device());
        updates.freed().add(entry.device());
        updates.touched().add(entry.device());
      }
    }
  }

  private void publish(Updates updates) {
    if (!updates.touched().isEmpty()) {
      listener.bindingsChanged(Set.copyOf(updates.touched()));
    }
    updates.over().forEach(listener::over);
  }

  /**
   * The notifications to send after the lock is released; written under the lock.
   *
   * @param freed the touched devices whose run has ended
   */
  private record Updates(Set<DeviceId> touched, Set<DeviceId> freed, List<RunId> over) {
    Updates() {
      this(new HashSet<>(), new HashSet<>(), new ArrayList<>());
    }
  }
}
