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
 * Which live run holds which device, in memory: what matching and the device rows ask. Fed by this
 * replica's commands as a {@link RunListener}, and by {@link #reload} for what others did.
 *
 * <p>Contended: one lock (this) guards all maps; nothing is called under it. Of two copies of a run
 * the higher version counts, so news may come in any order. Listeners that keep a copy of their own
 * must ask {@link #of} again under their own lock: notices of two changes may cross.
 */
public final class RunBindings implements RunListener {
  /** Ended runs that are remembered, so that late news of them is known to be old. */
  private static final int MAX_ENDED = 4096;

  private final Map<RunId, Run> live = new HashMap<>();
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
   * @param listener is told {@link RunListener#bindingsChanged}, then {@link RunListener#over}
   */
  public RunBindings(RunListener listener) {
    this.listener = listener;
  }

  /** The live run that holds a device. */
  public synchronized Optional<RunBinding> of(DeviceId device) {
    return Optional.ofNullable(byDevice.get(device));
  }

  /** The run, if it hasn't ended. */
  public synchronized Optional<Run> live(RunId id) {
    return Optional.ofNullable(live.get(id));
  }

  @Override
  public void changed(Run run) {
    News news = new News();
    synchronized (this) {
      take(run, news);
    }
    publish(news);
  }

  /** Takes over what the store says is live; for start-up, sweeps and signals. */
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
    News news = new News();
    synchronized (this) {
      Set<RunId> gone = new HashSet<>(before);
      found.forEach(run -> gone.remove(run.id()));
      gone.forEach(id -> forget(id, news));
      found.forEach(run -> take(run, news));
    }
    publish(news);
  }

  private void take(Run run, News news) {
    Run known = live.get(run.id());
    boolean old = known != null && known.status().version() >= run.status().version();
    if (old || ended.contains(run.id())) {
      return;
    }
    if (!run.live()) {
      forget(run.id(), news);
      return;
    }
    live.put(run.id(), run);
    run.reservations().stream()
        .filter(Reservation::holds)
        .forEach(
            entry -> {
              RunBinding before = byDevice.put(entry.device(), new RunBinding(run, entry));
              if (before == null || !sameFor(before, run, entry)) {
                news.touched().add(entry.device());
              }
            });
  }

  private static boolean sameFor(RunBinding before, Run run, Reservation entry) {
    return before.run().id().equals(run.id()) && Objects.equals(before.reservation(), entry);
  }

  private void forget(RunId id, News news) {
    ended.add(id);
    Run known = live.remove(id);
    if (known == null) {
      return;
    }
    news.over().add(id);
    for (Reservation entry : known.reservations()) {
      RunBinding binding = byDevice.get(entry.device());
      if (binding != null && binding.run().id().equals(id)) {
        byDevice.remove(entry.device());
        news.touched().add(entry.device());
      }
    }
  }

  private void publish(News news) {
    if (!news.touched().isEmpty()) {
      listener.bindingsChanged(Set.copyOf(news.touched()));
    }
    news.over().forEach(listener::over);
  }

  /** What is to be told when the lock is free again. */
  private record News(Set<DeviceId> touched, List<RunId> over) {
    News() {
      this(new HashSet<>(), new ArrayList<>());
    }
  }
}
