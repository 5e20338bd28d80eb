/**
 * Attempts to create a session on one device: the call to the node, the lock held meanwhile, and
 * the avoidance of devices after a failure. Threads: the executor of the request; the memory of
 * failures is thread-safe.
 */
@NullMarked
package io.gridfleet.lb.newsession.attempt;

import org.jspecify.annotations.NullMarked;
