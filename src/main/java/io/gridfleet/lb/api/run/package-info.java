/**
 * Runs: creation, lists, reserved devices, and the routes of testkits before 0.7. Threads: the
 * API's executor and the store's.
 */
@NullMarked
package io.gridfleet.lb.api.run;

import org.jspecify.annotations.NullMarked;
