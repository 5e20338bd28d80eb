package io.gridfleet.lb.newsession;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.gridfleet.lb.distributor.Order;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Places in the queue of clients whose connection went while they waited: WebdriverIO gives up
 * after its own time-out and sends the same request again at once (contracts/appiumlb.md §3.1). A
 * repeat within the grace takes the place over.
 */
final class KeptPlaces {
  /** WebdriverIO repeats within a second; a person with a script within a few. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** As many clients as may wait at once. */
  private static final int MOST = 20_000;

  private record Asker(String address, NewSessionPayload payload) {}

  private final Cache<Asker, Order.Turn> places =
      Caffeine.newBuilder().expireAfterWrite(GRACE).maximumSize(MOST).build();

  void keep(NewSessionRequest request, Order.Turn turn) {
    places.put(asker(request), turn);
  }

  Order.@Nullable Turn take(NewSessionRequest request) {
    return places.asMap().remove(asker(request));
  }

  private static Asker asker(NewSessionRequest request) {
    return new Asker(request.origin().client().address(), request.payload());
  }
}
