package io.gridfleet.lb.http;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.time.Duration;
import org.slf4j.LoggerFactory;

/** A program that starts event loops and ends; its log is what the test reads. */
final class StartedTransport {
  private StartedTransport() {}

  public static void main(String[] choice) {
    ((Logger) LoggerFactory.getLogger(EventLoops.class)).setLevel(Level.INFO);
    EventLoops.start(1, TransportChoice.valueOf(choice[0])).stop(Duration.ofSeconds(10));
  }
}
