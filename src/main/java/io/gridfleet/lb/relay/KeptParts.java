package io.gridfleet.lb.relay;

import io.netty.handler.codec.http.HttpContent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a request that arrive before the node is connected, in their order. Reading the
 * client is suspended after the first one, so that one read bounds them. Each part's reference is
 * passed on or released once. Owner: the event loop of the command.
 */
final class KeptParts {
  /** Null for the most commands: a pooled connection is there at once. */
  private @Nullable Deque<HttpContent> parts;

  /** Takes the part's reference. */
  void keep(HttpContent part) {
    if (parts == null) {
      parts = new ArrayDeque<>(2);
    }
    parts.add(part);
  }

  /**
   * Passes the parts on, with their references.
   *
   * @return false if there were none
   */
  boolean sendTo(Consumer<HttpContent> next) {
    Deque<HttpContent> kept = parts;
    parts = null;
    if (kept == null) {
      return false;
    }
    kept.forEach(next);
    return true;
  }

  void release() {
    sendTo(HttpContent::release);
  }
}
