/**
 * Tests of recovery: replicas are processes of the built jar ({@link
 * io.gridfleet.lb.cluster.Replica}), their store is a file or a real PostgreSQL, their nodes are
 * simulated in the test's own process, and the nodes record what really happened.
 */
@NullMarked
package io.gridfleet.lb.cluster;

import org.jspecify.annotations.NullMarked;
