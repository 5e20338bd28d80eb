package io.gridfleet.lb.selector;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.jspecify.annotations.Nullable;

/** A bounded cache of compiled selectors, by their text. Thread-safe. */
public final class SelectorCache {
  /** A test suite uses some dozens of selectors; a lab runs some dozens of suites. */
  private static final int MAX_SELECTORS = 4096;

  private final Cache<String, Selector> compiled =
      Caffeine.newBuilder().maximumSize(MAX_SELECTORS).build();

  /**
   * Returns {@link Selector#of}, from the cache if present.
   *
   * @throws SelectorException when it can't be read; errors are not cached
   */
  public Selector get(@Nullable Object value) {
    if (value == null) {
      return Selector.everything();
    }
    String text = value instanceof String written ? written : JsonForm.write(value);
    return compiled.get(
        text, known -> value instanceof String ? Selector.parse(known) : Selector.parseJson(known));
  }
}
