/**
 * Micrometer meters fed by the listeners of the features, and the text of {@code /metrics}. Input:
 * steps that features report, and views that a scrape reads. Output: Prometheus' text. Labels are
 * bounded: no session, device, path or token is ever one. Threads: any for reports; a scrape runs
 * off the event loops.
 */
@NullMarked
package io.gridfleet.lb.metrics;

import org.jspecify.annotations.NullMarked;
