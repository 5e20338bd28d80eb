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

  /** The format of a line. */
  public enum Format {
    TEXT,
    JSON
  }

  /** The minimum level of a line. */
  public enum Level {
    DEBUG,
    INFO,
    WARN,
    ERROR
  }
}
