package io.gridfleet.lb.history;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The requests that ended last, a fixed number of them: each one replaces the oldest. A cache with
 * a policy takes several times as long, for each request.
 *
 * <p>Threads: any. Invariant: what {@code byId} has is in a place of {@code places}, or is about to
 * be put there by the thread that added it.
 */
final class LastEnded {
  private final AtomicReferenceArray<OpenRequest> places;
  private final AtomicInteger next = new AtomicInteger();
  private final Map<String, OpenRequest> byId = new ConcurrentHashMap<>();

  LastEnded(int most) {
    this.places = new AtomicReferenceArray<>(most);
  }

  void add(OpenRequest request) {
    if (byId.put(request.id(), request) == request) {
      return;
    }
    int place = Math.floorMod(next.getAndIncrement(), places.length());
    OpenRequest oldest = places.getAndSet(place, request);
    if (oldest != null) {
      byId.remove(oldest.id(), oldest);
    }
  }

  void remove(String id) {
    byId.remove(id);
  }

  @Nullable OpenRequest find(String id) {
    return byId.get(id);
  }
}
