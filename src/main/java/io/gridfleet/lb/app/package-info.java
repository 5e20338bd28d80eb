/**
 * The program: reads the configuration, builds the objects, wires the listeners, starts and stops
 * them in order. Comes in: arguments, the configuration file, signals. Goes out: a running front
 * door, an exit status. Threads: {@code main} starts and waits, {@code stop} drains and closes,
 * signals have threads of their own.
 */
@NullMarked
package io.gridfleet.lb.app;

import org.jspecify.annotations.NullMarked;
