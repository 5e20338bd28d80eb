/**
 * How the log is written: lines for people or JSON, escaped, with a limit on repeats. Threads: any.
 */
@NullMarked
package io.gridfleet.lb.app.log;

import org.jspecify.annotations.NullMarked;
