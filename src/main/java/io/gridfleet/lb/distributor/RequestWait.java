package io.gridfleet.lb.distributor;

import io.gridfleet.lb.distributor.queue.Waiter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** The caller's view of the wait of one request. */
record RequestWait(Waiter waiter, Consumer<Placement> onEnd) implements Distributor.Wait {
  @Override
  public CompletableFuture<Void> queued() {
    return waiter.queued();
  }

  @Override
  public CompletionStage<Placement> outcome() {
    return waiter.outcome();
  }

  @Override
  public void end(Placement answer) {
    onEnd.accept(answer);
  }
}
