package io.gridfleet.lb.webdriver;

import java.util.Optional;

/** The id of a session, as returned by the node: one segment of a path. */
public record SessionId(String value) {
  /** Nodes give 32 to 36 characters, cloud ones up to about 100. */
  private static final int MAX_CHARACTERS = 256;

  public SessionId {
    if (!isSegment(value)) {
      throw new IllegalArgumentException("not a session id");
    }
  }

  /** Returns the id, or empty where the text can't be one segment of a path. */
  public static Optional<SessionId> parse(String text) {
    return isSegment(text) ? Optional.of(new SessionId(text)) : Optional.empty();
  }

  private static boolean isSegment(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_CHARACTERS
        && text.chars().allMatch(SessionId::isAllowed)
        && !text.equals(".")
        && !text.equals("..");
  }

  private static boolean isAllowed(int character) {
    return character > ' ' && character < 127 && "/?#%\\\"<>".indexOf(character) < 0;
  }

  @Override
  public String toString() {
    return value;
  }
}
