package io.gridfleet.lb.parts;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** A client's blocking call, running on a thread of its own. */
final class Started {
  private Started() {}

  static <T> FutureTask<T> inBackground(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread thread = new Thread(task, "client");
    thread.setDaemon(true);
    thread.start();
    return task;
  }
}
