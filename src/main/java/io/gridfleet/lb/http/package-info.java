/**
 * Netty components shared by the client and the node side: the transport of the event loops, the
 * limits of a connection, strict codecs, one write for a head and a short body, flushes in batches,
 * deadlines without timer tasks, whole answers, and the rule for results of writes that no handler
 * needs ({@link ChannelOutput}). Comes in: nothing of the product. Goes out: components for {@code
 * node}, {@code relay} and {@code router}. Threads: event loops.
 */
@NullMarked
package io.gridfleet.lb.http;

import org.jspecify.annotations.NullMarked;
