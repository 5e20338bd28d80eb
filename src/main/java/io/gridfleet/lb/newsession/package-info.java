/**
 * The story of a new session: admit, select, wait, lock, attempt, again or publish. Comes in: a
 * parsed payload and who asks. Goes out: a published session or a protocol error. No Netty types.
 * Threads: the executor of the request (its event loop) runs every step.
 */
@NullMarked
package io.gridfleet.lb.newsession;

import org.jspecify.annotations.NullMarked;
