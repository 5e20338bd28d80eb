package io.gridfleet.lb.config;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FolderWatchTest {
  @TempDir Path folder;

  @Test
  void aListenerThatFailsIsCalledForTheNextChange() throws IOException {
    AtomicInteger told = new AtomicInteger();
    try (FolderWatch watch =
        FolderWatch.start(
            List.of(FileGlob.of(folder, "*.yaml")),
            () -> {
              told.incrementAndGet();
              throw new IllegalStateException("a mistake, as configured");
            })) {
      Files.writeString(folder.resolve("lab.yaml"), "one");
      await().until(() -> told.get() == 1);

      Files.writeString(folder.resolve("lab.yaml"), "two");

      await().until(() -> told.get() == 2);
    }
  }
}
