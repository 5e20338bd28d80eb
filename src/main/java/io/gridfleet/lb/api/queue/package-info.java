/** The queue of new session requests. Threads: event loops, {@code views}. */
@NullMarked
package io.gridfleet.lb.api.queue;

import org.jspecify.annotations.NullMarked;
