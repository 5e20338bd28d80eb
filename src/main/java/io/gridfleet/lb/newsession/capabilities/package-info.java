/**
 * Reads what a new session request asks for, and builds what its node is asked for: our own
 * capabilities, standard capabilities that narrow the choice of devices, candidates in their order.
 * Threads: an event loop, or {@code matching} for large requests; no state.
 */
@NullMarked
package io.gridfleet.lb.newsession.capabilities;

import org.jspecify.annotations.NullMarked;
