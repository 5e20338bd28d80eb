package io.gridfleet.lb.distributor;

import java.time.Duration;

/**
 * A waiting request as people see it.
 *
 * @param position from 1
 * @param selector what it asks for, in normal form; several candidates are told one after another
 * @param waitsFor why it has no device yet
 */
public record QueuedRequest(
    int position,
    String request,
    String tenant,
    int priority,
    Duration age,
    String selector,
    String waitsFor) {}
