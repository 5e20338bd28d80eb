package io.gridfleet.lb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.config.ConfigFiles.Contents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigFilesTest {
  /** The content of a file. */
  public record Room(@Key(doc = "The room's name.") String name) {}

  private final Path folder;
  private final ConfigFiles<Room> files = new ConfigFiles<>(Room.class, () -> 0);

  ConfigFilesTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void onlyAFileWithOtherBytesIsParsedAgain() throws IOException {
    Path a = write("a.yaml", "name: first");
    Path b = write("b.yaml", "name: other");
    Contents<Room> before = read();
    FileTime time = Files.getLastModifiedTime(a);
    write("a.yaml", "name: third");
    Files.setLastModifiedTime(a, time);
    Contents<Room> after = read();

    assertThat(after.contents().get(a).value()).isEqualTo(new Room("third"));
    assertThat(after.contents().get(b)).isSameAs(before.contents().get(b));
  }

  @Test
  void onlyAFileWithAnotherStampIsReadAgain() throws IOException {
    List<Path> opened = new ArrayList<>();
    ConfigFiles<Room> counted =
        new ConfigFiles<>(
            Room.class,
            () -> 0,
            file -> {
              opened.add(file.getFileName());
              return Files.readAllBytes(file);
            });
    Path a = write("a.yaml", "name: first");
    Path b = write("b.yaml", "name: other");
    awaitSettled(a);
    read(counted);
    opened.clear();
    read(counted);
    assertThat(opened).isEmpty();

    FileTime time = Files.getLastModifiedTime(b);
    write("b.yaml", "name: third");
    Files.setLastModifiedTime(b, time);
    Contents<Room> after = read(counted);
    assertThat(opened).containsExactly(b.getFileName());
    assertThat(after.contents().get(b).value()).isEqualTo(new Room("third"));
  }

  /** Beyond a size they are read by several threads, in any order. */
  @Test
  void theFilesOfALargeLabAndTheirProblemsAreInTheOrderOfTheirNames() throws IOException {
    String comment = "# " + "x".repeat(1 << 16) + "\n";
    List<Path> written = new ArrayList<>();
    for (int i = 10; i < 34; i++) {
      written.add(write(i + ".yaml", comment + (i % 2 == 0 ? "name: n" + i : "nome: n" + i)));
    }
    Contents<Room> read = read();
    assertThat(List.copyOf(read.contents().keySet())).isEqualTo(everySecond(written));
    assertThat(read.contents().get(written.get(4)).value()).isEqualTo(new Room("n14"));
    assertThat(read.problems().stream().map(ConfigProblem::file).distinct().toList())
        .isEqualTo(
            everySecond(written.subList(1, written.size())).stream().map(Path::toString).toList());
  }

  private static List<Path> everySecond(List<Path> files) {
    return IntStream.range(0, files.size()).filter(i -> i % 2 == 0).mapToObj(files::get).toList();
  }

  /** Changes within a step of the file system's clock can't be told apart by their times. */
  private static void awaitSettled(Path file) throws IOException {
    FileStamp stamp = FileStamp.of(file);
    await().until(() -> stamp.isSettled(Instant.now()));
  }

  @Test
  void aFileThatWasJustWrittenIsReadAgain() throws IOException {
    FileStamp stamp = FileStamp.of(write("a.yaml", "name: first"));

    assertThat(stamp.isSettled(stamp.modified())).isFalse();
    assertThat(stamp.isSettled(stamp.modified().plusSeconds(2))).isFalse();
    assertThat(stamp.isSettled(stamp.modified().plusSeconds(5))).isTrue();
  }

  @Test
  void aFileThatHasItsValidBytesAgainHasNoProblem() throws IOException {
    Path a = write("a.yaml", "name: first");
    Contents<Room> before = read();
    write("a.yaml", "nam: first");
    for (int again = 0; again < 2; again++) {
      Contents<Room> invalid = read();
      assertThat(invalid.problems()).hasSize(2);
      assertThat(invalid.contents().get(a)).isSameAs(before.contents().get(a));
    }
    write("a.yaml", "name: first");

    assertThat(read()).isEqualTo(before);
  }

  @Test
  void aFileThatCannotBeReadOrIsNotTextIsReported() throws IOException {
    Path a = write("a.yaml", "name: first");
    Contents<Room> before = read();
    Files.write(a, new byte[] {'n', (byte) 0xff});
    assertThat(read().problems()).extracting(ConfigProblem::file).contains(a.toString());
    Files.delete(a);
    Files.createDirectory(a);

    Contents<Room> unreadable = read();
    assertThat(unreadable.contents()).isEqualTo(before.contents());
  }

  private Contents<Room> read() {
    return read(files);
  }

  private Contents<Room> read(ConfigFiles<Room> from) {
    return from.read(List.of(FileGlob.of(folder, "*.yaml")), Duration.ofHours(1));
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }
}
