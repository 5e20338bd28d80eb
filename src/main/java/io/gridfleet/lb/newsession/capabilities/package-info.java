/**
 * Reads the options of a new session request, and builds the capabilities for its node: {@code
 * gridfleet:} capabilities, standard capabilities that narrow the choice of devices, candidates in
 * their order. Threads: an event loop, or {@code matching} for large requests; no state.
 */
@NullMarked
package io.gridfleet.lb.newsession.capabilities;

import org.jspecify.annotations.NullMarked;
