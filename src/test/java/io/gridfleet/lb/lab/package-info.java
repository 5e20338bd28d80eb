/**
 * What tests of whole requests on real sockets share: fleets of simulated nodes, raw and JSON
 * clients.
 */
@NullMarked
package io.gridfleet.lb.lab;

import org.jspecify.annotations.NullMarked;
