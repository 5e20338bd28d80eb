package io.gridfleet.lb.relay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.gridfleet.lb.webdriver.BidiMessage;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.netty.buffer.ByteBuf;
import java.util.HashSet;
import java.util.Set;

/**
 * Detects on a BiDi socket that its session has ended: the client sent {@code session.end}, and the
 * node answered it with success. A node should close the socket then (W3C WebDriver BiDi, "The
 * session.end Command"); the session is over whether it does or not. Owned by the event loop of its
 * tunnel.
 */
final class SessionEndWatch {
  private static final String COMMAND = "session.end";

  /** A client sends one; the node refuses further ones until the first is answered. */
  private static final int MAX_PENDING = 8;

  private final Runnable sessionEnded;
  private final Set<Long> pending = new HashSet<>();
  private final ShortMessages ofClient = new ShortMessages(() -> true, this::command);
  private final ShortMessages ofNode = new ShortMessages(() -> !pending.isEmpty(), this::answer);
  private boolean ended;

  /**
   * @param sessionEnded runs once
   */
  SessionEndWatch(Runnable sessionEnded) {
    this.sessionEnded = sessionEnded;
  }

  void fromClient(ByteBuf part) {
    ofClient.read(part);
  }

  void fromNode(ByteBuf part) {
    ofNode.read(part);
  }

  /** Whether a frame of this server could follow what the client has received from its node. */
  boolean isBetweenFramesOfNode() {
    return ofNode.isBetweenFrames();
  }

  private void command(byte[] message) {
    if (pending.size() == MAX_PENDING || !new String(message, ISO_8859_1).contains(COMMAND)) {
      return;
    }
    try {
      BidiMessage command = BidiMessage.read(message);
      if (command.method().equals(COMMAND)) {
        command.id().ifPresent(pending::add);
      }
    } catch (ProtocolException notJson) {
      // The node answers it with an error.
    }
  }

  private void answer(byte[] message) {
    BidiMessage.answered(message)
        .filter(answer -> pending.remove(answer.id()) && answer.success() && !ended)
        .ifPresent(
            answer -> {
              ended = true;
              sessionEnded.run();
            });
  }
}
