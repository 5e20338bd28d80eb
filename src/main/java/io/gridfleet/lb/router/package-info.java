/**
 * The front door: the Netty pipeline in named groups, the one route table ({@link
 * io.gridfleet.lb.router.RouteTable}), the endpoints behind it ({@link
 * io.gridfleet.lb.router.Endpoint}, {@link io.gridfleet.lb.router.Exchange}), the New Session
 * endpoint and its progress bytes, and BiDi-only sessions ({@link
 * io.gridfleet.lb.router.BidiSessions}). Comes in: HTTP from clients. Goes out: calls into {@code
 * newsession}, {@code relay} and {@code api}, and every byte of an answer that is not relayed.
 * Threads: event loops; an endpoint may answer from any thread.
 */
@NullMarked
package io.gridfleet.lb.router;

import org.jspecify.annotations.NullMarked;
