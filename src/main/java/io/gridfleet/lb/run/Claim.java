package io.gridfleet.lb.run;

import java.time.Instant;

/** A worker's hold on a device of its own run, as testkits before 0.7 take it. */
public record Claim(String worker, Instant at) {}
