/**
 * State machines as data: a table of states and events, each pair with the next state and the
 * effect to carry out. The rooms that have a state machine declare its enums and its table with
 * these types; the drawings in the documents and the tests of unvisited transitions are made from
 * the tables.
 */
@NullMarked
package io.gridfleet.lb.state;

import org.jspecify.annotations.NullMarked;
