package io.gridfleet.lb.api.device;

import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.selector.SelectorException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads selectors that callers of the API send. */
public final class SelectorText {
  private SelectorText() {}

  /**
   * Returns the selector.
   *
   * @param given a text or a JSON object
   * @throws ApiError with 400 and the position if it can't be read
   */
  public static Selector read(Object given) {
    try {
      return Selector.of(given);
    } catch (SelectorException broken) {
      Map<String, Object> where = new LinkedHashMap<>();
      where.put("code", "selector_unreadable");
      where.put("line", broken.line());
      where.put("column", broken.column());
      where.put("expected", broken.expected());
      if (broken.hint() != null) {
        where.put("hint", broken.hint());
      }
      throw ApiError.of(400, broken.text(), where);
    }
  }
}
