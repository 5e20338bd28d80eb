package io.gridfleet.lb.app;

import io.gridfleet.lb.config.FileGlob;
import io.gridfleet.lb.config.FolderWatch;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When the configuration is read again: all of it on SIGHUP, the inventory when its files change
 * and when a file that is gone must be forgotten. All of it happens on one thread, {@code reload},
 * which owns the fields.
 */
final class Reloading implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Reloading.class);

  private final Reload reload;
  private final ScheduledExecutorService thread = Threads.reload();
  private List<FileGlob> watched = List.of();
  private @Nullable FolderWatch watch;
  private @Nullable ScheduledFuture<?> forget;

  private Reloading(Reload reload) {
    this.reload = reload;
  }

  static Reloading start(Reload reload) {
    Reloading reloading = new Reloading(reload);
    reloading.submit(reloading::watch);
    ProcessSignals.on("HUP", () -> reloading.submit(() -> reloading.run(reload::all)));
    return reloading;
  }

  private void submit(Runnable work) {
    try {
      thread.execute(work);
    } catch (RejectedExecutionException stopping) {
      log.debug("the server stops: nothing is read again");
    }
  }

  private void run(Supplier<Optional<Duration>> reading) {
    try {
      Optional<Duration> again = reading.get();
      if (forget != null) {
        forget.cancel(false);
      }
      forget = again.map(this::schedule).orElse(null);
      watch();
    } catch (RuntimeException failure) {
      log.error("reload failed; everything stays as it was", failure);
    }
  }

  private ScheduledFuture<?> schedule(Duration later) {
    return thread.schedule(
        () -> run(reload::inventory), later.toMillis() + 1, TimeUnit.MILLISECONDS);
  }

  /** Watches the folders of the configuration as it is now. */
  private void watch() {
    List<FileGlob> globs = reload.globs();
    if (watch != null && globs.equals(watched)) {
      return;
    }
    endWatch();
    watched = globs;
    try {
      watch = FolderWatch.start(globs, () -> submit(() -> run(reload::inventory)));
    } catch (IOException cantWatch) {
      log.warn("inventory files can't be watched, SIGHUP works: {}", cantWatch.getMessage());
    }
  }

  private void endWatch() {
    if (watch != null) {
      try {
        watch.close();
      } catch (IOException alreadyClosed) {
        log.debug("watching ended: {}", alreadyClosed.getMessage());
      }
      watch = null;
    }
  }

  @Override
  public void close() {
    submit(this::endWatch);
    thread.shutdown();
  }
}
