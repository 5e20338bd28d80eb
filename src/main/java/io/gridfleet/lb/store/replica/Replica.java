package io.gridfleet.lb.store.replica;

import java.time.Instant;

/**
 * A process that uses the store.
 *
 * @param id created at each start
 * @param name host and process id, for people
 * @param started by the store's clock
 * @param heartbeat the last heartbeat, by the store's clock
 */
public record Replica(String id, String name, Instant started, Instant heartbeat) {}
