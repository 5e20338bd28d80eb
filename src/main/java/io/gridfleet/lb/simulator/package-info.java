/**
 * Simulated WebDriver nodes with configurable faults, for {@code --demo}, tests and benchmarks.
 * Comes in: WebDriver over HTTP/1.1 and WebSocket. Goes out: answers, {@link
 * io.gridfleet.lb.simulator.Fault faults} and a {@link io.gridfleet.lb.simulator.NodeHistory
 * history} of what a node received. Threads: event loops named {@code simulator}, one for each node
 * or shared by many.
 */
@NullMarked
package io.gridfleet.lb.simulator;

import org.jspecify.annotations.NullMarked;
