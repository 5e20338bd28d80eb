package io.gridfleet.lb.selector;

import java.text.Normalizer;
import java.util.Locale;

/** Text without case, the form in which texts are compared. */
final class CaseFolding {
  private CaseFolding() {}

  /** NFC, lower case without a locale; folding twice changes nothing more. */
  static String text(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c > 127) {
        return unicode(text);
      }
    }
    return text.toLowerCase(Locale.ROOT);
  }

  static String composed(String text) {
    return Normalizer.isNormalized(text, Normalizer.Form.NFC)
        ? text
        : Normalizer.normalize(text, Normalizer.Form.NFC);
  }

  /**
   * The final sigma depends on what follows, which is undefined before a wildcard, so all three
   * forms fold to one. They and the dotted I, whose lower case is longer, are folded first: the
   * platform's handling of each takes time that grows with the whole text.
   */
  private static String unicode(String text) {
    String even = composed(text).replace('Σ', 'σ').replace('ς', 'σ').replace("İ", "i\u0307");
    return composed(even.toLowerCase(Locale.ROOT));
  }
}
