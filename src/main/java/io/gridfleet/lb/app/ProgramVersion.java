package io.gridfleet.lb.app;

/** The version of this build. */
public final class ProgramVersion {
  private ProgramVersion() {}

  /** From the jar's manifest; {@code dev} without one. */
  public static String text() {
    String version = ProgramVersion.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }
}
