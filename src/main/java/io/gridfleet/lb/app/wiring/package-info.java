/**
 * Builds the objects, connects listeners, starts the parts in order and stops them in reverse.
 * Threads: {@code main} starts; adapters between features run on the thread of their caller.
 */
@NullMarked
package io.gridfleet.lb.app.wiring;

import org.jspecify.annotations.NullMarked;
