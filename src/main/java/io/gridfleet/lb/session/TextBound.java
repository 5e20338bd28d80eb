package io.gridfleet.lb.session;

/**
 * The bounds of stored texts that clients choose, in UTF-16 characters. Texts that only inform
 * people are cut, so that nothing else fails; texts that programs compare or search are rejected.
 * Test data and requested capabilities are bounded in bytes by their routes.
 */
public enum TextBound {
  TEST_NAME(512, true),
  ERROR_TYPE(256, true),
  ERROR_MESSAGE(8_192, true),
  PREPARATION_MESSAGE(2_048, true),
  MAINTENANCE_REASON(1_024, false),
  COOLDOWN_REASON(200, false),
  REMOVAL_REASON(200, true),
  RUN_NAME(512, false),
  CREATED_BY(256, false),
  OPERATOR(256, false),
  WORKER(256, false),
  SESSION_ID(256, false),
  CONNECTION_TARGET(1_024, false),
  PACK_OR_PLATFORM(256, false),
  OS_VERSION(128, false),
  GROUP(256, false),
  TAG(256, false);

  /** The maximum number of tags or groups in one body. */
  public static final int MAX_TAGS = 100;

  /** Replaces the end that was cut off. */
  private static final String MARK = "\u2026";

  private final int longest;
  private final boolean cut;

  TextBound(int longest, boolean cut) {
    this.longest = longest;
    this.cut = cut;
  }

  public int longest() {
    return longest;
  }

  /** Returns whether longer texts are cut; otherwise their request is rejected. */
  public boolean cuts() {
    return cut;
  }

  /** Returns the text, with its end replaced by a mark if it is too long. */
  public String cut(String text) {
    if (text.length() <= longest) {
      return text;
    }
    int end = longest - MARK.length();
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end)
        + MARK;
  }
}
