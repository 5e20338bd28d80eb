package io.gridfleet.lb.node;

import java.net.ConnectException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * The reason why a node gave no usable answer; the message names the node and may be sent to
 * clients.
 */
public final class NodeFailure extends Exception {
  /** The kinds of failure between this server and the node. */
  public enum Kind {
    /** Nothing listens there; no byte was sent. */
    REFUSED,
    /** No connection was established: no route, no such name, no TLS, no answer in time. */
    UNREACHABLE,
    /** The request was withdrawn before the connection was established; no byte was sent. */
    WITHDRAWN,
    /** The connection ended before the answer did; the node may have acted on the request. */
    RESET,
    /** No answer within the time; the node may still act on the request. */
    TIMED_OUT,
    /** The answer is not valid HTTP. */
    BAD_ANSWER,
    /** The answer is larger than the limit of aggregation. */
    TOO_LARGE
  }

  private final Kind kind;

  public NodeFailure(Kind kind, NodeAddress node, String what) {
    this(kind, node, what, null);
  }

  public NodeFailure(Kind kind, NodeAddress node, String what, @Nullable Throwable cause) {
    super("node " + node.authority() + " " + what, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  static NodeFailure connecting(NodeAddress node, Throwable cause) {
    if (cause instanceof SSLException) {
      return new NodeFailure(Kind.UNREACHABLE, node, tlsFailure(cause), cause);
    }
    boolean refused =
        cause instanceof ConnectException && String.valueOf(cause.getMessage()).contains("refused");
    return refused
        ? new NodeFailure(Kind.REFUSED, node, "refuses connections", cause)
        : new NodeFailure(Kind.UNREACHABLE, node, "can't be reached", cause);
  }

  /**
   * Returns the reason of a failed TLS handshake; a problem of certificates, which an operator can
   * fix, is distinguished.
   */
  static String tlsFailure(Throwable cause) {
    for (Throwable deeper = cause; deeper != null; deeper = deeper.getCause()) {
      if (deeper instanceof CertificateException
          || deeper instanceof CertPathValidatorException
          || deeper instanceof SSLPeerUnverifiedException) {
        return "shows a certificate that isn't trusted, or is for another name";
      }
    }
    return "offers no TLS that is accepted";
  }

  static NodeFailure reset(NodeAddress node, @Nullable Throwable cause) {
    return new NodeFailure(Kind.RESET, node, "closed the connection before its answer", cause);
  }
}
