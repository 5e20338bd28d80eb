package io.gridfleet.lb.distributor;

/** Facts that hold unless there is a mistake in the program. */
final class Invariant {
  private Invariant() {}

  /**
   * @param otherwise what is wrong then; a constant where this is called for each request
   * @throws IllegalStateException if it doesn't hold
   */
  static void holds(boolean fact, String otherwise) {
    if (!fact) {
      throw new IllegalStateException(otherwise);
    }
  }
}
