package io.gridfleet.lb.app.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.app.lab.InventoryFiles.Lab;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.config.FolderWatch;
import io.gridfleet.lb.node.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InventoryFilesTest {
  private final Path folder;
  private final InventoryFiles files;
  private long now = 1;

  InventoryFilesTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectory(folder.resolve("lab.d"));
    Path config =
        Files.writeString(
            folder.resolve("gridfleet-lb.yaml"),
            "nodes: [{id: own, url: 'http://own:1'}]\ninventory: {files: ['lab.d/*.yaml']}\n");
    files =
        new InventoryFiles(
            ConfigLoader.of(GridFleetConfig.class).file(config).load().value(), () -> now);
  }

  @Test
  void nodesComeFromTheConfigurationAndThenFromFilesByName() throws IOException {
    write("lab.d/b.yaml", "nodes: [{id: b, url: 'http://b:1'}]");
    write("lab.d/a.yaml", "nodes: [{id: a, url: 'http://a:1'}]");
    write("lab.d/ignored.txt", "nodes: [");
    Lab lab = files.read();
    assertThat(lab.problems()).isEmpty();
    assertThat(lab.nodes()).extracting(NodeConfig::name).containsExactly("own", "a", "b");
  }

  @Test
  void unchangedFilesAreTheSameLabAndAChangedOneIsAnother() throws IOException {
    write("lab.d/a.yaml", "nodes: [{id: a, url: 'http://a:1'}]");
    Path b = write("lab.d/b.yaml", "nodes: [{id: b, url: 'http://b:1'}]");
    Lab first = files.read();
    assertThat(files.read()).isSameAs(first);

    Files.move(b, folder.resolve("lab.d/c.yaml"));
    write("lab.d/a.yaml", "nodes: [{id: a2, url: 'http://a:1'}]");
    Lab second = files.read();
    assertThat(second.nodes()).extracting(NodeConfig::name).containsExactly("own", "a2", "b");
    assertThat(files.read()).isNotSameAs(second).isEqualTo(second);
  }

  @Test
  void aChangedDeviceKeepsTheOrderAndANameOfAnotherFileIsStillTaken() throws IOException {
    String x = "nodes: [{id: a, url: 'http://a:1', devices: [{udid: x, platformName: iOS}]}]";
    String y = "nodes: [{id: b, url: 'http://b:1', devices: [{udid: y, platformName: iOS}]}]";
    write("lab.d/a.yaml", x);
    write("lab.d/b.yaml", y);
    Lab first = files.read();
    write("lab.d/a.yaml", x.replace("platformName: iOS", "platformName: iOS, rank: 5"));
    Lab second = files.read();
    assertThat(second.nodes()).extracting(NodeConfig::name).containsExactly("own", "a", "b");
    assertThat(second.nodes().get(1).devices().get(0).rank()).isEqualTo(5);
    assertThat(second.nodes().get(2)).isSameAs(first.nodes().get(2));

    write("lab.d/b.yaml", y.replace("udid: y", "udid: X"));
    Lab taken = files.read();
    assertThat(taken.devices()).isEqualTo(1);
    assertThat(taken.problems()).hasSize(1);
    write("lab.d/b.yaml", y.replace("udid: y", "udid: X, rank: 7"));
    assertThat(files.read().problems()).hasSize(1);
    write("lab.d/b.yaml", y);
    assertThat(files.read().devices()).isEqualTo(2);
  }

  @Test
  void aBrokenFileKeepsTheOldStateAndIsReported() throws IOException {
    write("lab.d/a.yaml", "nodes: [{id: a, url: 'http://a:1'}]");
    write("lab.d/b.yaml", "nodes: [{id: b, url: 'http://b:1'}]");
    files.read();
    Path broken = write("lab.d/a.yaml", "nodes: [{id: a2, urk: 'http://a:1'}]");
    write("lab.d/b.yaml", "nodes: [{id: b2, url: 'http://b:1'}]");
    for (int again = 0; again < 2; again++) {
      Lab lab = files.read();
      assertThat(lab.nodes()).extracting(NodeConfig::name).containsExactly("own", "a", "b2");
      assertThat(lab.problems()).hasSize(2);
      assertThat(lab.problems().get(0).toString())
          .isEqualTo(broken + ":1:9: 'nodes[0].url' is missing");
    }
    write("lab.d/a.yaml", "nodes: [{id: a3, url: 'http://a:1'}]");
    assertThat(files.read().nodes())
        .extracting(NodeConfig::name)
        .containsExactly("own", "a3", "b2");
  }

  @Test
  void theNodesOfAFileThatIsGoneStayUntilItIsForgotten() throws IOException {
    String nodes = "nodes: [{id: a, url: 'http://a:1', devices: [{udid: x, platformName: iOS}]}]";
    Path file = write("lab.d/a.yaml", nodes);
    files.read();
    Files.delete(file);
    now += Duration.ofMinutes(90).toNanos();
    Lab lab = files.read();
    assertThat(lab.nodes()).extracting(NodeConfig::name).containsExactly("own", "a");
    assertThat(lab.problems()).isEmpty();
    assertThat(lab.missing())
        .containsExactly(
            Map.entry(file, new InventoryFiles.Missing(List.of("x"), Duration.ofMinutes(10))));

    now += Duration.ofMinutes(6).toNanos();
    assertThat(files.read().missing().get(file).left()).isEqualTo(Duration.ofMinutes(4));
    write("lab.d/a.yaml", nodes);
    assertThat(files.read().missing()).isEmpty();
    Files.delete(file);
    files.read();
    now += Duration.ofMinutes(9).toNanos();
    assertThat(files.read().nodes()).hasSize(2);
    now += Duration.ofMinutes(1).toNanos();
    lab = files.read();
    assertThat(lab.nodes()).extracting(NodeConfig::name).containsExactly("own");
    assertThat(lab.missing()).isEmpty();
  }

  @Test
  void aFileThatNoPatternNamesAnyMoreIsGoneAtOnce() throws IOException {
    write("lab.d/a.yaml", "nodes: [{id: a, url: 'http://a:1'}]");
    files.read();
    files.use(ConfigLoader.defaults(GridFleetConfig.class));
    assertThat(files.read().nodes()).isEmpty();
  }

  @Test
  void aFolderThatIsGoneKeepsItsFiles() throws IOException {
    Path file = write("lab.d/a.yaml", "nodes: [{id: a, url: 'http://a:1'}]");
    files.read();
    Files.delete(file);
    Files.delete(file.getParent());
    assertThat(files.read().nodes()).extracting(NodeConfig::name).containsExactly("own", "a");
  }

  @Test
  void aNameThatStandsTwiceIsTakenOnce() throws IOException {
    write("lab.d/a.yaml", "nodes: [{id: OWN, url: 'http://a:1'}]");
    write(
        "lab.d/b.yaml",
        """
        nodes:
          - {id: b, url: 'http://b:1', devices: [{udid: x, platformName: iOS}]}
          - {id: c, url: 'http://c:1', devices: [{udid: X, platformName: iOS}]}
        """);
    Lab lab = files.read();
    assertThat(lab.nodes()).extracting(NodeConfig::name).containsExactly("own", "b", "c");
    assertThat(lab.devices()).isEqualTo(1);
    assertThat(lab.problems()).hasSize(2);
    assertThat(lab.problems().get(0).message()).contains("has the name of", "the configuration");
    assertThat(lab.problems().get(1).message())
        .contains("'nodes[1].devices[0]'", "b.yaml, line 2", "give it an 'id'");
  }

  @Test
  void aChangeOfAFileIsNoticed() throws IOException {
    AtomicInteger changes = new AtomicInteger();
    try (FolderWatch watch = FolderWatch.start(files.globs(), changes::incrementAndGet)) {
      assertThat(watch).isNotNull();
      Path file = write("lab.d/a.yaml", "nodes: []");
      await().until(() -> changes.get() > 0);
      int before = changes.get();
      Path next = write("next", "nodes: [{id: a, url: 'http://a:1'}]");
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
      await().until(() -> changes.get() > before);
      assertThat(files.read().nodes()).hasSize(2);
    }
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }
}
