package io.gridfleet.lb.app;

/** Which build this is. */
final class Version {
  private Version() {}

  /** From the jar's manifest; {@code dev} where there is none. */
  static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }
}
