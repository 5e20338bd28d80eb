package io.gridfleet.lb.router;

import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The queue of messages that were read from a client's connection and can't be delivered yet. Holds
 * a reference to each message. Owned by the connection's event loop.
 *
 * <p>Bounded by one read: the caller suspends reading when it adds a message.
 */
final class WaitingMessages {
  private final Deque<Object> messages = new ArrayDeque<>(2);
  private final BooleanSupplier canTake;
  private final Consumer<Object> taker;
  private boolean serving;

  /**
   * @param canTake whether the next message can be delivered now
   * @param taker receives a message and its reference
   */
  WaitingMessages(BooleanSupplier canTake, Consumer<Object> taker) {
    this.canTake = canTake;
    this.taker = taker;
  }

  void add(Object message) {
    messages.add(message);
  }

  boolean isEmpty() {
    return messages.isEmpty();
  }

  /**
   * Delivers messages while they can be taken. A delivery can end an exchange and call this again,
   * which does nothing: the outer call continues with the next message, so that a thousand requests
   * in one read need no deeper stack than one.
   *
   * @return false if the call was nested
   */
  boolean serve() {
    if (serving) {
      return false;
    }
    serving = true;
    try {
      while (!messages.isEmpty() && canTake.getAsBoolean()) {
        taker.accept(messages.poll());
      }
    } finally {
      serving = false;
    }
    return true;
  }

  void release() {
    messages.forEach(ReferenceCountUtil::release);
    messages.clear();
  }
}
