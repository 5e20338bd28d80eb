/**
 * Micrometer meters that hang on the listeners of the features, and the text of {@code /metrics}.
 * In come steps that features report, and views that a scrape asks for; out goes Prometheus' text.
 * Labels are bounded: no session, device, path or token is ever one. Threads: whoever reports; a
 * scrape runs off the event loops.
 */
@NullMarked
package io.gridfleet.lb.metrics;

import org.jspecify.annotations.NullMarked;
