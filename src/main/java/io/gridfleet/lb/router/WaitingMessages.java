package io.gridfleet.lb.router;

import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * What was read from a client's connection and can't be taken yet. Holds a reference to each
 * message. Owned by the connection's event loop.
 *
 * <p>Bounded by what one read brings: whoever adds a message stops the reading.
 */
final class WaitingMessages {
  private final Deque<Object> messages = new ArrayDeque<>(2);
  private final BooleanSupplier canTake;
  private final Consumer<Object> taker;
  private boolean serving;

  /**
   * @param canTake whether the next message can be taken now
   * @param taker takes one, with its reference
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
   * Hands messages over while they can be taken. Taking one can end an exchange and call this
   * again, which does nothing: the outer call goes on with the next message, so that a thousand
   * requests in one read need no deeper stack than one.
   *
   * @return whether this call has done it
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
