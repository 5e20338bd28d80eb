package io.gridfleet.lb.distributor.queue;

import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.DeviceLocks.RemoteWaiters;
import io.gridfleet.lb.device.LockRequest;
import io.gridfleet.lb.device.LockResult;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/** A store whose answers to a lock request arrive twice. */
record AnswersTwice(DeviceLocks store) {
  DeviceLocks locks() {
    return (DeviceLocks)
        Proxy.newProxyInstance(
            DeviceLocks.class.getClassLoader(),
            new Class<?>[] {DeviceLocks.class},
            (self, method, given) -> {
              if (!method.getName().equals("tryLock")) {
                return method.invoke(store, given);
              }
              Twice<LockResult> answer = new Twice<>();
              store
                  .tryLock((LockRequest) given[0], (RemoteWaiters) given[1])
                  .thenAccept(answer::complete);
              return answer;
            });
  }

  /** Calls its dependents twice. */
  private static final class Twice<T> extends CompletableFuture<T> {
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
      return new Twice<>();
    }

    @Override
    public CompletableFuture<T> whenComplete(BiConsumer<? super T, ? super Throwable> action) {
      super.whenComplete(action);
      return super.whenComplete(action);
    }
  }
}
