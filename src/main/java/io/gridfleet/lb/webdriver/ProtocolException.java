package io.gridfleet.lb.webdriver;

/** Thrown where bytes or values from outside break the protocol; carries what to answer. */
public final class ProtocolException extends RuntimeException {
  private final transient WebDriverError error;

  public ProtocolException(WebDriverError error) {
    // Made on the path of bad input: no stack trace, nobody reads it and it costs the most.
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
