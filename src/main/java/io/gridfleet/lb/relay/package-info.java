/**
 * Bytes after creation: commands streamed between a client and the node of its session, WebSocket
 * tunnels, noticing that a session has ended; and a node's WebSocket on which a BiDi-only session
 * is asked for ({@link io.gridfleet.lb.relay.NodeSocket}). Comes in: the head of a request, the
 * {@link io.gridfleet.lb.relay.SessionRoute} of its session and the client's side of the connection
 * ({@link io.gridfleet.lb.relay.ClientExchange}). Goes out: the node's answer part by part, and
 * news for the {@link io.gridfleet.lb.relay.RelayListener}. Bodies are neither gathered nor copied
 * nor parsed, except the small answers that hold a session's capabilities and the short messages on
 * a BiDi socket that may end its session; what one side can't take, the other isn't asked for.
 * Threads: the event loop of the client's connection, for both sides.
 */
@NullMarked
package io.gridfleet.lb.relay;

import org.jspecify.annotations.NullMarked;
