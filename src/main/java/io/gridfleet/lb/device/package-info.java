/**
 * Devices: what they are, their locks, which of them are avoided, their health, and the inhibitors
 * that keep one from serving a request. Threads: any.
 */
@NullMarked
package io.gridfleet.lb.device;

import org.jspecify.annotations.NullMarked;
