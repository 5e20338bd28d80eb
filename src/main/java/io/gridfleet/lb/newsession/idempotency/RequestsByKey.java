package io.gridfleet.lb.newsession.idempotency;

import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The running requests by idempotency key, bounded for each caller. Thread-safe without a common
 * lock: a caller's count is incremented before its key is entered and decremented after its
 * removal, so that it is never below the number of its keys.
 */
final class RequestsByKey {
  private final int mostPerCaller;
  private final Map<String, SharedRequest> requests = new ConcurrentHashMap<>();
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();

  RequestsByKey(int mostPerCaller) {
    this.mostPerCaller = mostPerCaller;
  }

  @Nullable SharedRequest get(String key) {
    return requests.get(key);
  }

  /**
   * Enters a key, unless it is present.
   *
   * @return the present request; null if this one was entered
   * @throws ProtocolException if it isn't present and its caller has too many others
   */
  @Nullable SharedRequest enter(String key, SharedRequest shared) {
    SharedRequest known = requests.get(key);
    if (known != null) {
      return known;
    }
    String caller = shared.caller();
    if (counts.merge(caller, 1, Integer::sum) > mostPerCaller) {
      giveBack(caller);
      throw tooMany();
    }
    known = requests.putIfAbsent(key, shared);
    if (known != null) {
      giveBack(caller);
    }
    return known;
  }

  /** Removes a request; returns false if it isn't the one under the key. */
  boolean remove(String key, SharedRequest shared) {
    boolean removed = requests.remove(key, shared);
    if (removed) {
      giveBack(shared.caller());
    }
    return removed;
  }

  void forEach(BiConsumer<String, SharedRequest> action) {
    requests.forEach(action);
  }

  /** Returns the number of callers with at least one running key. */
  int callers() {
    return counts.size();
  }

  private void giveBack(String caller) {
    counts.computeIfPresent(caller, (name, count) -> count == 1 ? null : count - 1);
  }

  private ProtocolException tooMany() {
    return new ProtocolException(
        WebDriverError.of(
            ErrorCode.SESSION_NOT_CREATED,
            "You have "
                + mostPerCaller
                + " requests with an X-Idempotency-Key under way, which is the most"
                + " (newSession.maxKeysPerCaller); repeat this one when others are answered"));
  }
}
