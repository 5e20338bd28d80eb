package io.gridfleet.lb.history;

import java.time.Instant;
import java.util.function.Supplier;

/**
 * What is known of a request when it begins.
 *
 * @param arrived by the store's clock, in whole milliseconds
 * @param selector what it asks for, as text
 * @param asked composes what it asked, whenever a record of it is made; any thread
 */
public record RequestStart(
    String id,
    Instant arrived,
    RequestRow.Asker asker,
    String selector,
    Supplier<RequestRecord.Asked> asked) {}
