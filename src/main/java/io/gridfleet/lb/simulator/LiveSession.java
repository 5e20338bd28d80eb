package io.gridfleet.lb.simulator;

import java.time.Instant;

/** A session on a simulated node; {@code udid} is empty if the request named none. */
public record LiveSession(String id, String udid, Instant createdAt) {}
