/**
 * Requests with an {@code X-Idempotency-Key}: each key is processed once on all replicas, and a
 * repeat receives the answer of the first request. Threads: event loops and the store's; each
 * shared request has a lock of its own.
 */
@NullMarked
package io.gridfleet.lb.newsession.idempotency;

import org.jspecify.annotations.NullMarked;
