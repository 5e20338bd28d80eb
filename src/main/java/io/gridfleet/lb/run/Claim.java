package io.gridfleet.lb.run;

import java.time.Instant;

/** A worker's claim on a device of its run, used by testkits before 0.7. */
public record Claim(String worker, Instant at) {}
