package io.gridfleet.lb.http;

import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The event loops of the process, the transport they run on, and the deadlines kept there. */
public record EventLoops(Transport transport, EventLoopGroup group, Deadlines deadlines) {
  private static final Logger log = LoggerFactory.getLogger(EventLoops.class);

  /**
   * Starts loops named {@code loop-n} on the first transport of the choice that works on this
   * machine; 0 means one for each processor. The transport is logged, with the reasons against
   * those that were tried before it.
   *
   * @throws TransportUnavailableException when none works
   */
  public static EventLoops start(int count, TransportChoice choice) {
    int loops = count > 0 ? count : Runtime.getRuntime().availableProcessors();
    return start(choice.candidates(), transport -> TransportTrial.start(transport, loops));
  }

  static EventLoops start(
      List<Transport> candidates, Function<Transport, EventLoopGroup> startLoops) {
    StringJoiner reasons = new StringJoiner("; ");
    TransportUnavailableException last = null;
    for (Transport transport : candidates) {
      try {
        EventLoopGroup group = startLoops.apply(transport);
        log.info("the transport is {}{}", transport, last == null ? "" : ": " + reasons);
        return new EventLoops(transport, group, new Deadlines());
      } catch (TransportUnavailableException e) {
        reasons.add(e.getMessage());
        last = e;
      }
    }
    throw new TransportUnavailableException(reasons.toString(), last);
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
