package io.gridfleet.lb.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a file system says of a file's content: the same stamp is the same content, if the last
 * change was some time before the stamp was taken. Programs can set the time of modification, but
 * not the time of the last change of the file's entry, which systems of the Unix kind have.
 *
 * @param key the number of the file, which differs once another file takes its name; null if the
 *     system has none
 */
record FileStamp(@Nullable Object key, long size, Instant modified, Instant entryChanged) {
  /** Two changes within the clock of a file system have one time; FAT's has steps of 2 s. */
  private static final Duration CLOCK_STEP = Duration.ofSeconds(3);

  static FileStamp of(Path file) throws IOException {
    BasicFileAttributes basic = Files.readAttributes(file, BasicFileAttributes.class);
    Instant modified = basic.lastModifiedTime().toInstant();
    return new FileStamp(basic.fileKey(), basic.size(), modified, entryChanged(file, modified));
  }

  private static Instant entryChanged(Path file, Instant otherwise) throws IOException {
    if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return otherwise;
    }
    Map<String, Object> read = Files.readAttributes(file, "unix:ctime");
    return ((FileTime) Objects.requireNonNull(read.get("ctime"))).toInstant();
  }

  /** Whether a later change would have another stamp. */
  boolean isSettled(Instant taken) {
    Instant last = modified.isAfter(entryChanged) ? modified : entryChanged;
    return last.plus(CLOCK_STEP).isBefore(taken);
  }
}
