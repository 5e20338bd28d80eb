package io.gridfleet.lb.webdriver;

/** Thrown for input that violates the protocol; holds the error to answer with. */
public final class ProtocolException extends RuntimeException {
  private final transient WebDriverError error;

  public ProtocolException(WebDriverError error) {
    // No stack trace: it is created for bad input, and the trace is the largest part of its cost.
    super(error.message(), null, false, false);
    this.error = error;
  }

  public static ProtocolException invalidArgument(String message) {
    return new ProtocolException(WebDriverError.of(ErrorCode.INVALID_ARGUMENT, message));
  }

  public WebDriverError error() {
    return error;
  }
}
