package io.gridfleet.lb.store.statement;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jdbi.v3.core.HandleCallback;

/**
 * An operation of a port, and the future of its caller.
 *
 * @param place its place in a group; {@link GroupPlace#ALONE} for one that is executed by itself
 * @param work what it does in a transaction
 * @param single what it does instead where it is executed by itself, in one statement that also
 *     sends its signals; empty if that is {@code work}
 */
record StoreOperation<T>(
    String name,
    GroupPlace place,
    Statements.Work<T> work,
    Optional<HandleCallback<T, RuntimeException>> single,
    CompletableFuture<T> result) {}
