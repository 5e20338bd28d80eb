package io.gridfleet.lb.app;

import io.gridfleet.lb.config.FolderWatch;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the inventory again when its files change, or on SIGHUP. */
final class Reloading implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Reloading.class);

  private final @Nullable FolderWatch watch;

  private Reloading(@Nullable FolderWatch watch) {
    this.watch = watch;
  }

  static Reloading start(GridFleetConfig config, Runnable reload) {
    ProcessSignals.on("HUP", reload);
    try {
      return new Reloading(FolderWatch.start(config.inventory().files(), reload));
    } catch (IOException cantWatch) {
      log.warn("inventory files can't be watched, SIGHUP works: {}", cantWatch.getMessage());
      return new Reloading(null);
    }
  }

  @Override
  public void close() {
    if (watch != null) {
      try {
        watch.close();
      } catch (IOException alreadyClosed) {
        log.debug("watching ended: {}", alreadyClosed.getMessage());
      }
    }
  }
}
