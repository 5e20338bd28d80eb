/**
 * New Session requests: admit, read the options, wait for a device, lock it, attempt a session,
 * then try another device or publish the session. In: a parsed payload and its origin. Out: a
 * published session or a protocol error. No Netty types.
 *
 * <p>States and transitions are two tables: {@link io.gridfleet.lb.newsession.NewSessionMachine}
 * for one request, {@link io.gridfleet.lb.newsession.idempotency.SharedRequestMachine} for the
 * request that the repeats of an idempotency key share. Threads: the executor of the request (its
 * event loop) runs every step of it; a shared request has a lock.
 *
 * <p>Exported from the sub-packages: {@code answer.ProgressBody}, {@code answer.Publisher}, {@code
 * attempt.Attempts}, {@code attempt.Avoidance}, {@code capabilities.NewSessionOptionsReader},
 * {@code failure.FailureRowConfig}, {@code failure.FailureTable}, {@code
 * idempotency.IdempotentRequests}.
 */
@NullMarked
package io.gridfleet.lb.newsession;

import org.jspecify.annotations.NullMarked;
