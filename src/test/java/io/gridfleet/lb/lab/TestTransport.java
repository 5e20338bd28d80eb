package io.gridfleet.lb.lab;

import io.gridfleet.lb.http.Deadlines;
import io.gridfleet.lb.http.EventLoops;
import io.gridfleet.lb.http.TransportChoice;
import java.time.Duration;
import java.util.Locale;

/**
 * The transport of the servers that tests start: that of the system property {@value #PROPERTY},
 * else the one that a user gets.
 */
public final class TestTransport {
  public static final String PROPERTY = "gridfleet.transport";

  private static final TransportChoice CHOICE =
      TransportChoice.valueOf(word().toUpperCase(Locale.ROOT));

  private TestTransport() {}

  /** The value of the configuration key {@code router.transport}. */
  public static String word() {
    String chosen = System.getProperty(PROPERTY, "");
    return chosen.isEmpty() ? "auto" : chosen;
  }

  /** Gives it to a program that is about to start, in its environment. */
  public static ProcessBuilder of(ProcessBuilder program) {
    program.environment().put("GRIDFLEET_LB_ROUTER_TRANSPORT", word());
    return program;
  }

  /** One event loop, whose deadlines are exact to 20 ms. */
  public static EventLoops oneLoop() {
    EventLoops started = EventLoops.start(1, CHOICE);
    return new EventLoops(
        started.transport(), started.group(), new Deadlines(Duration.ofMillis(20)));
  }
}
