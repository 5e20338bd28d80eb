package io.gridfleet.lb.distributor;

import java.time.Duration;

/**
 * A waiting request as listed by REST.
 *
 * @param position from 1
 * @param selector its selector in normal form; of several candidates, one after another
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
