package io.gridfleet.lb.newsession.failure;

import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.config.Key;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The rows of every {@link FailureTable}: {@code known-failures.yaml}, read once. The file is part
 * of the program and covered by tests.
 */
final class KnownFailures {
  private static final String FILE = "/io/gridfleet/lb/newsession/failure/known-failures.yaml";
  private static final List<FailureRule> ROWS = read(FILE);

  private KnownFailures() {}

  /** The whole file; public for {@link ConfigLoader} only. */
  public record Table(@Key(doc = "Where answers were read.") List<Source> sources) {}

  /** Answers of one source; public for {@link ConfigLoader} only. */
  public record Source(
      @Key(doc = "Repository and file.") String source,
      @Key(doc = "The rows, in their order.") List<FailureRowConfig> answers) {}

  static List<FailureRule> rows() {
    return ROWS;
  }

  private static List<FailureRule> read(String resource) {
    try (InputStream in = KnownFailures.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is missing");
      }
      return parse(resource, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @throws io.gridfleet.lb.config.ConfigException naming each line that can't be read
   */
  static List<FailureRule> parse(String name, String text) {
    return ConfigLoader.of(Table.class).text(name, text).load().value().sources().stream()
        .flatMap(source -> source.answers().stream().map(answer -> answer.rule(source.source())))
        .toList();
  }
}
