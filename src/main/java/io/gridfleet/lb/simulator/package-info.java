/**
 * WebDriver nodes that behave and misbehave as told: for {@code --demo}, tests and benchmarks. In
 * comes WebDriver over HTTP/1.1 and WebSocket; out go answers, {@link
 * io.gridfleet.lb.simulator.Fault faults} and a {@link io.gridfleet.lb.simulator.NodeHistory
 * history} that tells what a node really saw. Threads: event loops named {@code simulator}, one a
 * node or shared by many.
 */
@NullMarked
package io.gridfleet.lb.simulator;

import org.jspecify.annotations.NullMarked;
