/**
 * Small Netty parts that every edge needs: which transport runs the event loops, the limits of a
 * connection, the codecs with the house's strictness, hop-by-hop headers, deadlines that cost no
 * timer, whole answers. Comes in: nothing of the product. Goes out: parts for {@code node}, {@code
 * relay} and {@code router}. Threads: event loops.
 */
@NullMarked
package io.gridfleet.lb.http;

import org.jspecify.annotations.NullMarked;
