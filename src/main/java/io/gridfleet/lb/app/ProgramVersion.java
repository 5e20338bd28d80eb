package io.gridfleet.lb.app;

/** Which build this is. */
public final class ProgramVersion {
  private ProgramVersion() {}

  /** From the jar's manifest; {@code dev} where there is none. */
  public static String text() {
    String version = ProgramVersion.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }
}
