/**
 * The traffic of live sessions: commands streamed between a client and the node of its session,
 * WebSocket tunnels, detection of a session's end; and a node's WebSocket on which a BiDi-only
 * session is requested ({@link io.gridfleet.lb.relay.NodeSocket}). Comes in: the head of a request,
 * the {@link io.gridfleet.lb.relay.SessionRoute} of its session and the client's side of the
 * connection ({@link io.gridfleet.lb.relay.ClientExchange}). Goes out: the node's answer part by
 * part, and events for the {@link io.gridfleet.lb.relay.RelayListener}. Bodies are neither
 * aggregated nor copied nor parsed, except the small answers that hold a session's capabilities and
 * the short messages on a BiDi socket that may end its session; one side is read only while the
 * other is writable. Threads: the event loop of the client's connection, for both sides.
 */
@NullMarked
package io.gridfleet.lb.relay;

import org.jspecify.annotations.NullMarked;
