package io.gridfleet.lb.http;

import org.jspecify.annotations.Nullable;

/** A transport, or all of a choice, can't be used on this machine; the message says why. */
public final class TransportUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TransportUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
