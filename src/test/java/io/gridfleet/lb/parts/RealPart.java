package io.gridfleet.lb.parts;

import static org.junit.jupiter.api.Assertions.fail;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * An external program that some tests need, located by an environment variable.
 *
 * <p>A test whose part is missing is skipped, and its report names the part. With the system
 * property {@code gridfleet.parts.required=true} it fails instead.
 */
public enum RealPart {
  /** URL of a chromedriver that finds a Chromium. */
  CHROMEDRIVER("GRIDFLEET_PART_CHROMEDRIVER"),
  /** Path of the Chromium that the clients name in their capabilities. */
  CHROMIUM("GRIDFLEET_CHROMIUM"),
  /** URL of an Appium server with the fake driver. */
  APPIUM_1("GRIDFLEET_PART_APPIUM_1"),
  /** URL of a second Appium server with the fake driver. */
  APPIUM_2("GRIDFLEET_PART_APPIUM_2"),
  /** A PostgreSQL, as {@code store:} names it, whose user may make and drop databases. */
  POSTGRES("GRIDFLEET_PART_POSTGRES"),
  /** Path of Prometheus' promtool. */
  PROMTOOL("GRIDFLEET_PART_PROMTOOL"),
  /** Folder whose node_modules holds Appium and the JavaScript clients. */
  NODE_CLIENTS("GRIDFLEET_PART_NODE_CLIENTS"),
  /** Path of a Python that has the Python clients. */
  PYTHON("GRIDFLEET_PART_PYTHON"),
  /** Path of a Ruby. */
  RUBY("GRIDFLEET_PART_RUBY"),
  /** Path of the socket of a Docker engine. */
  DOCKER("GRIDFLEET_PART_DOCKER");

  private final String variable;

  RealPart(String variable) {
    this.variable = variable;
  }

  /** Returns the location of the part, if it is configured. */
  public Optional<String> find() {
    return Optional.ofNullable(System.getenv(variable)).filter(where -> !where.isBlank());
  }

  /**
   * Returns the location of the part; a test without it is skipped, or fails if parts are required.
   */
  public String where() {
    return find()
        .orElseGet(
            () -> missing("real part not found: " + name() + " (" + variable + " is not set)"));
  }

  /** Ends a test whose part is missing: skipped, or failed if parts are required. */
  public static <T> T missing(String reason) {
    if (Boolean.getBoolean("gridfleet.parts.required")) {
      return fail(reason);
    }
    return Assumptions.abort(reason);
  }

  /** As {@link #where()}, for the parts that are found by URL. */
  public URI uri() {
    return URI.create(where());
  }

  /** As {@link #where()}, for the parts that are found by path. */
  public Path path() {
    return Path.of(where());
  }
}
