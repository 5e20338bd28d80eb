/**
 * The command line: arguments and subcommands, signals of the operating system, exit status.
 * Threads: {@code main}; signals have threads of their own.
 */
@NullMarked
package io.gridfleet.lb.app.cli;

import org.jspecify.annotations.NullMarked;
