package io.gridfleet.lb.distributor;

/** Assertions that fail only because of a bug. */
public final class Invariant {
  private Invariant() {}

  /**
   * @param otherwise the message; a constant where this is called for each request
   * @throws IllegalStateException if it doesn't hold
   */
  public static void holds(boolean fact, String otherwise) {
    if (!fact) {
      throw new IllegalStateException(otherwise);
    }
  }
}
