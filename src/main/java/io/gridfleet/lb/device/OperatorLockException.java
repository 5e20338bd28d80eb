package io.gridfleet.lb.device;

/** An operator's lock or unlock that isn't possible; no lock was changed. */
public final class OperatorLockException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OperatorLockException(String message) {
    super(message);
  }
}
