/**
 * The program: reads the configuration, builds the objects, connects the listeners, starts and
 * stops them in order. Input: arguments, the configuration file, signals. Output: a running server,
 * an exit status. Threads: {@code main} starts and waits, {@code stop} drains and closes, signals
 * have threads of their own.
 */
@NullMarked
package io.gridfleet.lb.app;

import org.jspecify.annotations.NullMarked;
