package io.gridfleet.lb.selector;

import java.io.IOException;
import java.io.Writer;

/** A writer that fails on text that is longer than a selector may be. */
final class BoundedText extends Writer {
  private final StringBuilder text = new StringBuilder();

  @Override
  public void write(char[] characters, int from, int count) throws IOException {
    int room = SelectorLimits.MAX_CHARACTERS - text.length();
    text.append(characters, from, Math.min(room, count));
    if (count > room) {
      throw new IOException("longer than " + SelectorLimits.MAX_CHARACTERS);
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}

  @Override
  public String toString() {
    return text.toString();
  }
}
