package io.gridfleet.lb.app.lab;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.app.ConfigSource;
import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.metrics.Metrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reload by a signal and one by a changed file at the same time. */
final class ConcurrentReloadTest {
  private static final Set<Thread.State> WAITING =
      Set.of(Thread.State.BLOCKED, Thread.State.WAITING, Thread.State.TIMED_WAITING);

  @Test
  void theSecondReloadWaitsForTheFirst(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("lab.yaml");
    Files.writeString(
        file,
        "store: 'sqlite::memory:'\n"
            + "nodes: [{id: own, url: 'http://own:1', devices: [{udid: o, platformName: iOS}]}]\n");
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch proceed = new CountDownLatch(1);
    AtomicInteger replaced = new AtomicInteger();
    try (Metrics metrics = new Metrics("test", "nio")) {
      ConfigSource source = new ConfigSource(Optional.of(file), Map.of(), Map.of(), Map.of());
      GridFleetConfig config = source.load().value();
      Reload reload =
          new Reload(
              config,
              Optional.of(source),
              new Reload.Parts(
                  new InventoryFiles(config),
                  new ReloadableAdmission(List.of(), name -> Optional.empty()),
                  nodes -> {
                    replaced.incrementAndGet();
                    first.countDown();
                    awaited(proceed);
                  },
                  metrics.reloads()),
              InstantSource.system());
      Thread signal = new Thread(reload::all);
      Thread changedFile = new Thread(reload::inventory);
      signal.start();
      awaited(first);
      changedFile.start();

      await().until(() -> WAITING.contains(changedFile.getState()));
      assertThat(replaced)
          .as("inventories put into effect while the first reload runs")
          .hasValue(1);

      proceed.countDown();
      signal.join();
      changedFile.join();
      assertThat(replaced).hasValue(2);
    } finally {
      proceed.countDown();
    }
  }

  private static void awaited(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
