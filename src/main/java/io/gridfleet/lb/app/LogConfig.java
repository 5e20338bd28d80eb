package io.gridfleet.lb.app;

import io.gridfleet.lb.config.Key;

/** How the log is written. */
public record LogConfig(
    @Key(
            doc = "Lines for people (text) or for machines (json).",
            fallback = "text",
            shorthand = true)
        Format format,
    @Key(doc = "The least level that is written.", fallback = "info") Level level) {

  /** What a line is. */
  public enum Format {
    TEXT,
    JSON
  }

  /** What a line must at least be. */
  public enum Level {
    DEBUG,
    INFO,
    WARN,
    ERROR
  }
}
