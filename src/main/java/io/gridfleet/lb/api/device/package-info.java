/**
 * Devices: lists, single rows, the catalog of driver packs, test data, maintenance and operator
 * locks. Threads: the API's executor and the store's.
 */
@NullMarked
package io.gridfleet.lb.api.device;

import org.jspecify.annotations.NullMarked;
