package io.gridfleet.lb.run;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that tests advance. */
public final class VirtualClock implements InstantSource {
  private volatile Instant now = Instant.parse("2026-05-12T10:00:00.123456Z");

  @Override
  public Instant instant() {
    return now;
  }

  public synchronized void pass(Duration time) {
    now = now.plus(time);
  }
}
