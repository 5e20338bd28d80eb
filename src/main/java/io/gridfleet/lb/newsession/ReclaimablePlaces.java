package io.gridfleet.lb.newsession;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.gridfleet.lb.distributor.PlacementRequest;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Queue positions of clients whose connection closed while they waited: WebdriverIO closes it after
 * its own time-out and repeats the request at once (clients.md#long-waits). A repeat within the
 * grace takes over the position; {@link RepeatKey} identifies repeats. Thread-safe.
 */
final class ReclaimablePlaces {
  /** WebdriverIO repeats within a second, scripts within a few. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** The number of clients that may wait at the same time. */
  private static final int MAX_KEYS = 20_000;

  /** Bounds the positions of one key: the workers of a suite that send the same request. */
  private static final int MAX_PLACES_OF_A_KEY = 1_000;

  private final Cache<RepeatKey, List<PlacementRequest.QueuePosition>> places =
      Caffeine.newBuilder().expireAfterWrite(GRACE).maximumSize(MAX_KEYS).build();

  void keep(NewSessionRequest request, PlacementRequest.QueuePosition turn) {
    RepeatKey key = RepeatKey.of(request);
    if (key == null) {
      return;
    }
    places
        .asMap()
        .merge(
            key,
            List.of(turn),
            (kept, one) ->
                Stream.concat(kept.stream(), one.stream())
                    .sorted()
                    .limit(MAX_PLACES_OF_A_KEY)
                    .toList());
  }

  /** Removes and returns the first position kept for such a request; null if none. */
  PlacementRequest.@Nullable QueuePosition take(NewSessionRequest request) {
    if (places.asMap().isEmpty()) {
      return null;
    }
    RepeatKey key = RepeatKey.of(request);
    return key == null ? null : take(key);
  }

  private PlacementRequest.@Nullable QueuePosition take(RepeatKey key) {
    List<PlacementRequest.QueuePosition> kept = places.getIfPresent(key);
    while (kept != null) {
      List<PlacementRequest.QueuePosition> rest = kept.subList(1, kept.size());
      boolean taken =
          rest.isEmpty()
              ? places.asMap().remove(key, kept)
              : places.asMap().replace(key, kept, List.copyOf(rest));
      if (taken) {
        return kept.get(0);
      }
      kept = places.getIfPresent(key);
    }
    return null;
  }
}
