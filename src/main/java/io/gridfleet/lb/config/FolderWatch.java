package io.gridfleet.lb.config;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches for changes of files that match a pattern. Editors write a file in several steps, so the
 * listener is called when the folder has been quiet for a short time. Runs a daemon thread of its
 * own, {@code inventory-watch}, which calls the listener.
 */
public final class FolderWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FolderWatch.class);

  /** Longer than an editor's write and rename, too short to notice. */
  private static final Duration QUIET = Duration.ofMillis(200);

  private final WatchService service;
  private final List<FileGlob> globs;
  private final Runnable changed;

  private FolderWatch(WatchService service, List<FileGlob> globs, Runnable changed) {
    this.service = service;
    this.globs = List.copyOf(globs);
    this.changed = changed;
  }

  /**
   * Starts to watch. A missing folder isn't watched.
   *
   * @throws IOException if the system can't watch
   */
  public static FolderWatch start(List<FileGlob> globs, Runnable changed) throws IOException {
    WatchService service = FileSystems.getDefault().newWatchService();
    Set<Path> folders = new LinkedHashSet<>();
    globs.forEach(glob -> folders.add(glob.folder().toAbsolutePath()));
    for (Path folder : folders) {
      if (Files.isDirectory(folder)) {
        folder.register(
            service,
            StandardWatchEventKinds.ENTRY_CREATE,
            StandardWatchEventKinds.ENTRY_MODIFY,
            StandardWatchEventKinds.ENTRY_DELETE);
      }
    }
    FolderWatch watch = new FolderWatch(service, globs, changed);
    Thread thread = new Thread(watch::run, "inventory-watch");
    thread.setDaemon(true);
    thread.start();
    return watch;
  }

  private void run() {
    try {
      while (true) {
        boolean ours = fits(service.take());
        WatchKey more = next();
        while (more != null) {
          ours |= fits(more);
          more = next();
        }
        if (ours) {
          publish();
        }
      }
    } catch (ClosedWatchServiceException e) {
      // closed: the thread ends
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A listener that fails is called for the next change all the same. */
  private void publish() {
    try {
      changed.run();
    } catch (RuntimeException mistake) {
      log.error("changed files couldn't be applied", mistake);
    }
  }

  private @Nullable WatchKey next() throws InterruptedException {
    return service.poll(QUIET.toMillis(), TimeUnit.MILLISECONDS);
  }

  private boolean fits(WatchKey key) {
    boolean ours = false;
    for (WatchEvent<?> event : key.pollEvents()) {
      Path file = event.context() instanceof Path path ? path : null;
      boolean overflow = event.kind() == StandardWatchEventKinds.OVERFLOW;
      ours |= overflow || globs.stream().anyMatch(glob -> glob.fits(file));
    }
    key.reset();
    return ours;
  }

  @Override
  public void close() throws IOException {
    service.close();
  }
}
