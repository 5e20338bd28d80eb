/**
 * The stories that the product promises, told on real sockets: the whole server in this process,
 * simulated nodes behind it.
 */
@NullMarked
package io.gridfleet.lb.scenarios;

import org.jspecify.annotations.NullMarked;
