/**
 * Nodes, the remote ends that own devices: their addresses ({@link
 * io.gridfleet.lb.node.NodeAddress}), this server's own requests to them ({@link
 * io.gridfleet.lb.node.NodeClient}: new session, delete, status), the persistent connections that
 * these and the relay use ({@link io.gridfleet.lb.node.NodeConnections}), probes. Comes in: a
 * request and a deadline, or a relay that streams. Goes out: HTTP/1.1, answers, {@link
 * io.gridfleet.lb.node.NodeFailure}. Threads: Netty event loops for creation and relay, {@code
 * node-names} for name resolution, {@code node-*} for probes and clean-up.
 */
@NullMarked
package io.gridfleet.lb.node;

import org.jspecify.annotations.NullMarked;
