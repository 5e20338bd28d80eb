package io.gridfleet.lb.app.cli;

import io.gridfleet.lb.app.Threads;
import io.gridfleet.lb.app.lab.Reload;
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
 * Triggers reloads: of the whole configuration on SIGHUP, of the inventory when its files change
 * and when a missing file expires. Everything runs on one thread, {@code reload}, which owns the
 * fields.
 */
final class Reloading implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Reloading.class);

  private final ScheduledExecutorService thread = Threads.reload();
  private @Nullable Reload reload;
  private boolean signalledEarly;
  private List<FileGlob> watched = List.of();
  private @Nullable FolderWatch watch;
  private @Nullable ScheduledFuture<?> expiry;

  private Reloading() {}

  /** Handles SIGHUP from here on: until {@link #start} it is only recorded. */
  static Reloading handle() {
    Reloading reloading = new Reloading();
    ProcessSignals.on("HUP", () -> reloading.submit(reloading::signalled));
    return reloading;
  }

  /** Watches the files once the server runs, and reloads if a signal arrived before. */
  void start(Reload reads) {
    submit(
        () -> {
          reload = reads;
          watch(reads);
          if (signalledEarly) {
            run(reads, reads::all);
          }
        });
  }

  private void signalled() {
    if (reload == null) {
      signalledEarly = true;
    } else {
      run(reload, reload::all);
    }
  }

  private void submit(Runnable work) {
    try {
      thread.execute(work);
    } catch (RejectedExecutionException stopping) {
      log.debug("the server stops: the reload is skipped");
    }
  }

  private void run(Reload reads, Supplier<Optional<Duration>> reading) {
    try {
      Optional<Duration> again = reading.get();
      if (expiry != null) {
        expiry.cancel(false);
      }
      expiry = again.map(later -> schedule(reads, later)).orElse(null);
      watch(reads);
    } catch (RuntimeException failure) {
      log.error("reload failed; everything stays as it was", failure);
    }
  }

  private ScheduledFuture<?> schedule(Reload reads, Duration later) {
    return thread.schedule(
        () -> run(reads, reads::inventory), later.toMillis() + 1, TimeUnit.MILLISECONDS);
  }

  /** Watches the folders of the current configuration. */
  private void watch(Reload reads) {
    List<FileGlob> globs = reads.globs();
    if (watch != null && globs.equals(watched)) {
      return;
    }
    endWatch();
    watched = globs;
    try {
      watch = FolderWatch.start(globs, () -> submit(() -> run(reads, reads::inventory)));
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
