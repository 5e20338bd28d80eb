package io.gridfleet.lb.router;

import io.gridfleet.lb.relay.Relay;

/**
 * Who answers what isn't relayed.
 *
 * @param newSession {@code POST /session} under any base
 * @param sessions lists live sessions, under any base
 * @param status W3C status
 * @param health the process lives
 * @param ready a new session could be served
 * @param metrics Prometheus' text
 * @param api REST
 * @param ui pages for people
 * @param ending what happens between the node's answer to Delete Session and the client's
 */
public record Endpoints(
    Endpoint newSession,
    Endpoint sessions,
    Endpoint status,
    Endpoint health,
    Endpoint ready,
    Endpoint metrics,
    Endpoint api,
    Endpoint ui,
    Relay.BeforeLastByte ending) {}
