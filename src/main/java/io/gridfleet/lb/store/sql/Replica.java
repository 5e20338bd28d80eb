package io.gridfleet.lb.store.sql;

import java.time.Instant;

/**
 * A process that uses the store.
 *
 * @param id made anew at each start
 * @param name host and process id, for people
 * @param started by the store's clock
 * @param heartbeat when it last said that it lives, by the store's clock
 */
public record Replica(String id, String name, Instant started, Instant heartbeat) {}
