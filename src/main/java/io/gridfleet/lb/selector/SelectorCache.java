package io.gridfleet.lb.selector;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.jspecify.annotations.Nullable;

/** Selectors that were compiled lately, so that the same words are compiled once. Thread-safe. */
public final class SelectorCache {
  /** A test suite asks some dozens of questions; a lab runs some dozens of suites. */
  private static final int MAX_SELECTORS = 4096;

  private final Cache<String, Selector> compiled =
      Caffeine.newBuilder().maximumSize(MAX_SELECTORS).build();

  /**
   * As {@link Selector#of}, from memory if it was asked before.
   *
   * @throws SelectorException when it can't be read; that is not remembered
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
