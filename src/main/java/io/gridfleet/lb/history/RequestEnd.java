package io.gridfleet.lb.history;

import java.time.Duration;
import java.util.Optional;

/**
 * The end of a request.
 *
 * @param took from arrival to answer, where it was measured
 * @param session the created session
 * @param error the message of the refusal
 */
public record RequestEnd(
    Optional<Duration> took, Optional<String> session, Optional<String> error) {}
