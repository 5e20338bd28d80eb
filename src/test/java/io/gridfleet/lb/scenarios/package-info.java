/**
 * Scenarios over real sockets: the whole server in this process, with simulated nodes behind it.
 */
@NullMarked
package io.gridfleet.lb.scenarios;

import org.jspecify.annotations.NullMarked;
