package io.gridfleet.lb.router;

import io.gridfleet.lb.http.Deadlines;
import io.gridfleet.lb.http.Deadlines.Deadline;
import io.netty.channel.EventLoop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The one time limit of a client's connection: that of its current state, moved and never more than
 * one. Owner: the channel's event loop.
 */
final class ConnectionDeadline {
  /** Of all event loops; {@link #deadline} belongs to one of them. */
  private final Deadlines deadlines;

  /** Null before the channel is active and after it was removed: then nothing becomes due. */
  private @Nullable Deadline deadline;

  ConnectionDeadline(Deadlines deadlines) {
    this.deadlines = deadlines;
  }

  /** The channel is active; the first limit is yet to be set. */
  void start(EventLoop loop, Runnable due) {
    deadline = deadlines.create(loop, due);
  }

  /** Moves the limit; without one, after the end, this does nothing. */
  void within(Duration time) {
    if (deadline != null) {
      deadline.in(time);
    }
  }

  /** Removes the limit; nothing becomes due any more. */
  void remove() {
    if (deadline != null) {
      deadline.remove();
      deadline = null;
    }
  }
}
