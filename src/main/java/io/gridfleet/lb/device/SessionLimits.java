package io.gridfleet.lb.device;

import java.time.Duration;

/**
 * How long the session of an attempt can exist on its node without its replica.
 *
 * @param creation after which the node has created it, or won't
 * @param idle after which the node has ended it, if it received no command
 */
public record SessionLimits(Duration creation, Duration idle) {}
