package io.gridfleet.lb.router;

import io.gridfleet.lb.relay.Relay;

/**
 * The handlers of requests that aren't relayed.
 *
 * @param newSession {@code POST /session} under any base
 * @param sessions lists live sessions, under any base
 * @param status W3C status
 * @param health liveness of the process
 * @param ready readiness for new sessions
 * @param metrics Prometheus' text format
 * @param api REST
 * @param ui the web pages
 * @param ending the step between the node's answer to Delete Session and the client's
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
