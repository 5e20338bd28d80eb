package io.gridfleet.lb.http;

import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The event loops of the process, the transport they run on, and the deadlines kept there. */
public record EventLoops(Transport transport, EventLoopGroup group, Deadlines deadlines) {
  private static final Logger log = LoggerFactory.getLogger(EventLoops.class);

  /** Starts loops named {@code loop-n} on the best transport; 0 means one for each processor. */
  public static EventLoops start(int count) {
    int loops = count > 0 ? count : Runtime.getRuntime().availableProcessors();
    Transport transport = Transport.best();
    return new EventLoops(transport, transport.loops("loop", loops), new Deadlines());
  }

  /** Stops the loops and waits at most {@code time} for their end. */
  public void stop(Duration time) {
    boolean ended =
        group
            .shutdownGracefully(0, time.toMillis(), TimeUnit.MILLISECONDS)
            .awaitUninterruptibly(time.toMillis());
    if (!ended) {
      log.warn("the event loops didn't stop within {} ms", time.toMillis());
    }
  }
}
