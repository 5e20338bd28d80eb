package io.gridfleet.lb.simulator;

import java.time.Instant;

/** A session that lives on a simulated node; {@code udid} is empty where none was asked for. */
public record LiveSession(String id, String udid, Instant createdAt) {}
