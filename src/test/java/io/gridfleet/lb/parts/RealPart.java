package io.gridfleet.lb.parts;

import static org.junit.jupiter.api.Assertions.fail;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * A program of the outside world that some tests need, named by an environment variable that says
 * where it is.
 *
 * <p>A test that asks for a part that isn't there is skipped, and its report names the part. With
 * the system property {@code gridfleet.parts.required=true} it fails instead.
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
  /** Path of the socket of a Docker engine. */
  DOCKER("GRIDFLEET_PART_DOCKER");

  private final String variable;

  RealPart(String variable) {
    this.variable = variable;
  }

  /** Where the part is, if anybody said so. */
  public Optional<String> find() {
    return Optional.ofNullable(System.getenv(variable)).filter(where -> !where.isBlank());
  }

  /** Where the part is; where it is missing, the test ends here: skipped, or failed if required. */
  public String where() {
    return find()
        .orElseGet(
            () -> missing("real part not found: " + name() + " (" + variable + " is not set)"));
  }

  /** Ends a test for want of what it says: skipped, or failed if parts are required. */
  public static <T> T missing(String told) {
    if (Boolean.getBoolean("gridfleet.parts.required")) {
      return fail(told);
    }
    return Assumptions.abort(told);
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
