package io.gridfleet.lb.http;

import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The event loops of the process, the transport they run on, and the deadlines kept there. */
public record EventLoops(Transport transport, EventLoopGroup group, Deadlines deadlines) {

  /** Starts loops named {@code loop-n} on the best transport; 0 means one for each processor. */
  public static EventLoops start(int count) {
    int loops = count > 0 ? count : Runtime.getRuntime().availableProcessors();
    Transport transport = Transport.best();
    return new EventLoops(transport, transport.loops("loop", loops), new Deadlines());
  }

  /** Stops the loops and waits at most {@code time} for their end. */
  public void stop(Duration time) {
    var unused =
        group
            .shutdownGracefully(0, time.toMillis(), TimeUnit.MILLISECONDS)
            .awaitUninterruptibly(time.toMillis());
  }
}
