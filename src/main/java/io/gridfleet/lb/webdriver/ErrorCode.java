package io.gridfleet.lb.webdriver;

import java.util.Optional;

/**
 * An error of the WebDriver protocol: its W3C name, its HTTP status (W3C WebDriver, "Handling
 * errors") and its number in the legacy wire protocol.
 */
public enum ErrorCode {
  INVALID_ARGUMENT("invalid argument", 400, 61),
  INVALID_SESSION_ID("invalid session id", 404, 6),
  SESSION_NOT_CREATED("session not created", 500, 33),
  TIMEOUT("timeout", 500, 21),
  UNKNOWN_COMMAND("unknown command", 404, 9),
  UNKNOWN_ERROR("unknown error", 500, 13),
  UNKNOWN_METHOD("unknown method", 405, 9),
  UNSUPPORTED_OPERATION("unsupported operation", 500, 13);

  private final String text;
  private final int status;
  private final int legacyStatus;

  ErrorCode(String text, int status, int legacyStatus) {
    this.text = text;
    this.status = status;
    this.legacyStatus = legacyStatus;
  }

  /** The value of the member {@code error} on the wire. */
  public String text() {
    return text;
  }

  /** The HTTP status that the specification gives this error. */
  public int status() {
    return status;
  }

  /** The value of the member {@code status} in the legacy wire protocol. */
  public int legacyStatus() {
    return legacyStatus;
  }

  /** The code with this name on the wire; empty for names that this server never sends. */
  public static Optional<ErrorCode> of(String text) {
    for (ErrorCode code : values()) {
      if (code.text.equals(text)) {
        return Optional.of(code);
      }
    }
    return Optional.empty();
  }
}
