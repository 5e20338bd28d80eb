package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The times after which a screen of one replica showed what happened on the other, in a browser
 * {@linkplain UiBrowser#withoutPolling() that doesn't poll}. The replica itself also looks for
 * changes whose signals were missed, every {@link #SWEEP}: if all changes of two rounds were shown
 * in a shorter time than that, at most one of them was found so, and each kind was pushed at least
 * once.
 */
final class Pushed {
  private static final Duration SWEEP = Duration.ofSeconds(10);
  private static final int ROUNDS = 2;

  /** "What happens on one is seen on a screen of the other within a second." */
  private static final Duration PROMISED = Duration.ofSeconds(1);

  private final List<Duration> times = new ArrayList<>();

  /** What happens, each time the same, until the screen shows all of it. */
  interface Round {
    void run(Pushed pushed) throws Exception;
  }

  /** Changes something on the other replica. */
  interface Change {
    void make() throws Exception;
  }

  static void inTwoRounds(Round round) throws Exception {
    Pushed pushed = new Pushed();
    for (int i = 0; i < ROUNDS; i++) {
      round.run(pushed);
    }
    Duration all = pushed.times.stream().reduce(Duration.ZERO, Duration::plus);
    assertThat(all).as("time until all changes of two rounds were shown").isLessThan(SWEEP);
    Duration median = pushed.times.stream().sorted().toList().get(pushed.times.size() / 2);
    assertThat(median).as("time until a change is shown, median").isLessThan(PROMISED);
  }

  /** Makes a change and waits until the browser shows a text. */
  void shows(UiBrowser browser, String text, String what, Change change) throws Exception {
    long began = System.nanoTime();
    change.make();
    browser.untilShows(text);
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    UiBrowser.report("%-40s %s ms".formatted(what, took.toMillis()));
    times.add(took);
  }
}
