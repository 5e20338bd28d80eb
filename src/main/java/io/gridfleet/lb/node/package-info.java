/**
 * Nodes, the remote ends that own devices: where they listen ({@link
 * io.gridfleet.lb.node.NodeAddress}), our own requests to them ({@link
 * io.gridfleet.lb.node.NodeClient}: new session, delete, status), the keep-alive connections that
 * these and the relay use ({@link io.gridfleet.lb.node.NodeConnections}), probes. Comes in: a
 * request and a deadline, or a relay that streams. Goes out: HTTP/1.1, answers, {@link
 * io.gridfleet.lb.node.NodeFailure}. Threads: Netty event loops for creation and relay, {@code
 * node-names} to look names up, {@code node-*} for probes and clean-up.
 */
@NullMarked
package io.gridfleet.lb.node;

import org.jspecify.annotations.NullMarked;
