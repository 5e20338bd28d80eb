package io.gridfleet.lb.app;

import io.gridfleet.lb.app.cli.Main;

/**
 * The entry point of the jar: reports which Java version is needed if this one is too old to load
 * the program's classes. Compiled for Java 8 by an execution of its own in {@code pom.xml}, so it
 * uses nothing newer, and names {@link Main} only after the version check.
 */
final class Launcher {
  private static final int NEEDED = 17;
  private static final int CANT_START = 1;

  private Launcher() {}

  /** Starts {@link Main}, or prints why it can't. */
  public static void main(String[] args) {
    String version = System.getProperty("java.specification.version", "");
    if (major(version) < NEEDED) {
      System.err.println(refusal(version, System.getProperty("java.home", "")));
      System.exit(CANT_START);
    }
    Main.main(args);
  }

  /** Up to Java 8 the specification's version was written as {@code 1.8}. */
  static int major(String specificationVersion) {
    String text =
        specificationVersion.startsWith("1.")
            ? specificationVersion.substring(2)
            : specificationVersion;
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException unknown) {
      return NEEDED;
    }
  }

  static String refusal(String version, String home) {
    return "GridFleet LB needs Java 17 or newer; this is Java " + version + " (" + home + ")";
  }
}
