/**
 * Tests of what survives: replicas are processes of the built jar ({@link
 * io.gridfleet.lb.cluster.Replica}), their store is a file or a real PostgreSQL, their nodes are
 * simulated in the test's own process, and what really happened is asked of the nodes.
 */
@NullMarked
package io.gridfleet.lb.cluster;

import org.jspecify.annotations.NullMarked;
