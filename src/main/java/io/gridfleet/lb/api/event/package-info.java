/**
 * The event feed as server-sent events. Threads: one thread at a time delivers; listeners are
 * called in the order of the events.
 */
@NullMarked
package io.gridfleet.lb.api.event;

import org.jspecify.annotations.NullMarked;
