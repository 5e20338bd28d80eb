package io.gridfleet.lb.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A text that must not be shown. It is read from a file or the environment, never from YAML. */
public final class Secret {
  private final String value;

  private Secret(String value) {
    this.value = value;
  }

  public static Secret of(String value) {
    return new Secret(value);
  }

  /**
   * The content of a file without the white space around it; empty where it holds none.
   *
   * @throws IOException if it can't be read
   */
  public static Optional<Secret> read(Path file) throws IOException {
    return present(Files.readString(file, StandardCharsets.UTF_8));
  }

  /** A text without the white space around it; empty where there is none. */
  public static Optional<Secret> present(@Nullable String text) {
    return text == null || text.isBlank() ? Optional.empty() : Optional.of(of(text.strip()));
  }

  /** Returns the text itself. */
  public String reveal() {
    return value;
  }

  @Override
  public String toString() {
    return "Secret[***]";
  }
}
