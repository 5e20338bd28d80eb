/**
 * The inventory of the lab: read from files, merged with what operators changed, and replaced
 * atomically on a reload. Threads: {@code main} at the start, {@code inventory-watch} and the
 * signal thread later; one reload at a time.
 */
@NullMarked
package io.gridfleet.lb.app.lab;

import org.jspecify.annotations.NullMarked;
