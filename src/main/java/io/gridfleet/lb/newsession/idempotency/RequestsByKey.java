package io.gridfleet.lb.newsession.idempotency;

import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The requests with an idempotency key that are under way here, by key, of each caller a bounded
 * number. Any thread: a caller's count is taken before its key is entered and given back by whoever
 * removes the key, so that it is never below the number of its keys.
 */
final class RequestsByKey {
  private final int mostPerCaller;
  private final Map<String, SharedRequest> stories = new ConcurrentHashMap<>();
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();

  RequestsByKey(int mostPerCaller) {
    this.mostPerCaller = mostPerCaller;
  }

  @Nullable SharedRequest get(String key) {
    return stories.get(key);
  }

  /**
   * Enters a key, unless it is there.
   *
   * @return what is there already; null where this was entered
   * @throws ProtocolException where it isn't there, and its caller has too many others
   */
  @Nullable SharedRequest enter(String key, SharedRequest shared) {
    SharedRequest known = stories.get(key);
    if (known != null) {
      return known;
    }
    String caller = shared.caller();
    if (counts.merge(caller, 1, Integer::sum) > mostPerCaller) {
      giveBack(caller);
      throw tooMany();
    }
    known = stories.putIfAbsent(key, shared);
    if (known != null) {
      giveBack(caller);
    }
    return known;
  }

  /** False where this story isn't there under the key. */
  boolean remove(String key, SharedRequest shared) {
    boolean removed = stories.remove(key, shared);
    if (removed) {
      giveBack(shared.caller());
    }
    return removed;
  }

  void forEach(BiConsumer<String, SharedRequest> action) {
    stories.forEach(action);
  }

  /** Callers with at least one key under way. */
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
