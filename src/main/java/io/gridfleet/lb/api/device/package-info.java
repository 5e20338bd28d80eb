/**
 * Devices: lists, single rows, the catalog of driver packs, test data, and what operators do to
 * devices. Threads: event loops and the store's.
 */
@NullMarked
package io.gridfleet.lb.api.device;

import org.jspecify.annotations.NullMarked;
