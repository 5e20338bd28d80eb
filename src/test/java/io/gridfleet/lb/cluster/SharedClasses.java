package io.gridfleet.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.JsonClient.Reply;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.store.PostgresPart;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * The classes that a start of the jar loads, in the form that a JVM maps into memory instead of
 * reading and checking them: half the processor time of each start. Created once for a jar and a
 * JVM, by the first of the tests' processes.
 */
public final class SharedClasses {
  private SharedClasses() {}

  private static final class Archive {
    static final Path MADE = made();

    private static Path made() {
      try {
        return archive();
      } catch (Exception e) {
        throw new IllegalStateException("no archive of classes", e);
      }
    }
  }

  /** The JVM's flag to use them. */
  public static String flag() {
    return "-XX:SharedArchiveFile=" + Archive.MADE;
  }

  private static Path archive() throws Exception {
    Path folder = Files.createDirectories(Path.of("target/cluster")).toAbsolutePath();
    String name =
        "classes-%s-%d.jsa"
            .formatted(
                Runtime.version(),
                Files.getLastModifiedTime(ReplicaProcess.jar()).toInstant().getEpochSecond());
    Path archive = folder.resolve(name);
    try (FileChannel channel =
            FileChannel.open(
                folder.resolve("classes.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock alone = channel.lock()) {
      assertThat(alone.isValid()).isTrue();
      if (!Files.exists(archive)) {
        make(archive);
      }
    }
    return archive;
  }

  /** One replica's life: a start, a session, the end. */
  private static void make(Path archive) throws Exception {
    Path growing = archive.resolveSibling("growing.jsa");
    try (SimulatedFleet fleet = SimulatedFleet.of(1, 1);
        ReplicaProcess first =
            ReplicaProcess.archiving(
                growing, ClusterConfig.of(PostgresPart.emptyDatabase().toString(), fleet))) {
      first.startAndAwaitReady();
      Reply reply = first.client().newSession("'platformName':'Android'").join();
      assertThat(reply.status()).as(reply.text()).isEqualTo(200);
      first.client().delete("/session/" + reply.sessionId());
      first.terminate(Duration.ofMinutes(2));
    }
    Files.move(growing, archive, StandardCopyOption.ATOMIC_MOVE);
  }
}
