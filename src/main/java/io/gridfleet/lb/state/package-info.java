/**
 * State machines as data: a table of states and events, each pair with the next state and the
 * effect to carry out. The owner of a state machine declares its enums and its table with these
 * types; the drawings in the documents and the tests of unvisited transitions are generated from
 * the tables. Threads: those of the owners; a table is immutable but for its marks of visited
 * transitions.
 */
@NullMarked
package io.gridfleet.lb.state;

import org.jspecify.annotations.NullMarked;
