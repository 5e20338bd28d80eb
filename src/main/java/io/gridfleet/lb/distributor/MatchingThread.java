package io.gridfleet.lb.distributor;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The thread that asks many devices what new requests ask of them, and says why requests get none,
 * so that event loops don't. One is enough: it is idle in a lab that asks what was asked before,
 * and a flood of new questions leaves the other processors to sessions. Its queue is bounded by
 * whoever uses it: see {@link MatchingWork}.
 */
public final class MatchingThread implements Executor, AutoCloseable {
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), MatchingThread::daemon);

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "matching");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void execute(Runnable work) {
    thread.execute(work);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
