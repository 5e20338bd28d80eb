/**
 * Devices: their description, locks, avoidance, overrides and operator locks, and the inhibitors
 * that keep one from serving a request. Threads: any.
 */
@NullMarked
package io.gridfleet.lb.device;

import org.jspecify.annotations.NullMarked;
