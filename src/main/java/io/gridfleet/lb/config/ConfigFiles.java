package io.gridfleet.lb.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files of one shape that are read again while the program runs. An invalid file keeps its last
 * valid content. So does a missing file, for a limited time: a move, a mount or an incomplete
 * checkout must not empty a lab. A file whose {@link FileStamp} is the same as before isn't read
 * again, and one whose bytes are the same isn't parsed again. One reading at a time.
 */
public final class ConfigFiles<T extends Record> {
  /** Bytes of all files together; about 3000 devices. */
  private static final long LARGE = 1 << 20;

  private final Class<T> type;
  private final LongSupplier nanos;
  private final FileReader reader;

  /** The last valid content of each file; guarded by this. */
  private Map<Path, Valid<T>> last = Map.of();

  /** Since when files of {@link #last} are gone; guarded by this. */
  private final Map<Path, Long> goneSince = new TreeMap<>();

  /**
   * @param nanos a monotonic clock
   */
  public ConfigFiles(Class<T> type, LongSupplier nanos) {
    this(type, nanos, Files::readAllBytes);
  }

  ConfigFiles(Class<T> type, LongSupplier nanos, FileReader reader) {
    this.type = type;
    this.nanos = nanos;
    this.reader = reader;
  }

  /**
   * A valid content.
   *
   * @param stamp of the file that it was parsed from; empty if a later change could have the same
   * @param digest of the bytes that it was parsed from
   */
  private record Valid<T>(Optional<FileStamp> stamp, String digest, LoadedConfig<T> config) {}

  /** What a reading of a file gave. */
  private record Outcome<T>(Path file, @Nullable Valid<T> valid, List<ConfigProblem> problems) {}

  /** Reads the bytes of a file. */
  @FunctionalInterface
  interface FileReader {
    byte[] read(Path file) throws IOException;
  }

  /**
   * The content of the files.
   *
   * @param contents in the order of the file names
   * @param problems of files that can't be read now
   * @param missing the files that are gone but still count, and for how long
   */
  public record Contents<T>(
      Map<Path, LoadedConfig<T>> contents,
      List<ConfigProblem> problems,
      Map<Path, Duration> missing) {}

  /**
   * Reads them all.
   *
   * @param forgetAfter how long a file that is gone still counts
   */
  public synchronized Contents<T> read(List<FileGlob> globs, Duration forgetAfter) {
    Map<Path, Valid<T>> valid = new TreeMap<>();
    List<ConfigProblem> problems = new ArrayList<>();
    for (Outcome<T> outcome : outcomes(files(globs, problems))) {
      goneSince.remove(outcome.file());
      problems.addAll(outcome.problems());
      if (outcome.valid() != null) {
        valid.put(outcome.file(), outcome.valid());
      }
    }
    Map<Path, Duration> missing = keepMissing(globs, forgetAfter, valid);
    last = valid;
    goneSince.keySet().retainAll(missing.keySet());
    Map<Path, LoadedConfig<T>> contents = new LinkedHashMap<>();
    valid.forEach((file, read) -> contents.put(file, read.config()));
    return new Contents<>(contents, List.copyOf(problems), missing);
  }

  /**
   * In the order of the files. Those of a large lab are read by all processors at a start, when
   * nobody waits for one.
   */
  private List<Outcome<T>> outcomes(Set<Path> files) {
    Map<Path, Valid<T>> known = last;
    boolean large = known.isEmpty() && size(files) >= LARGE;
    if (large) {
      ReadingCompilation.limit();
    }
    Stream<Path> each = large ? files.parallelStream() : files.stream();
    return each.map(file -> outcome(file, known.get(file))).toList();
  }

  private static long size(Set<Path> files) {
    return files.stream().mapToLong(file -> file.toFile().length()).sum();
  }

  /** The content before if it can't be read now. */
  private Outcome<T> outcome(Path file, @Nullable Valid<T> old) {
    try {
      return new Outcome<>(file, read(file, old), List.of());
    } catch (ConfigException e) {
      return new Outcome<>(file, old, e.problems());
    }
  }

  /** The same content again if the file has the same stamp or the same bytes. */
  private Valid<T> read(Path file, @Nullable Valid<T> old) {
    try {
      Optional<FileStamp> stamp = stamp(file);
      if (old != null && stamp.isPresent() && old.stamp().equals(stamp)) {
        return old;
      }
      byte[] bytes = reader.read(file);
      String digest = digest(bytes);
      return old != null && old.digest().equals(digest)
          ? new Valid<>(stamp, digest, old.config())
          : new Valid<>(stamp, digest, ConfigLoader.of(type).content(file, bytes).load());
    } catch (IOException e) {
      throw new ConfigException(
          List.of(new ConfigProblem(file.toString(), 0, 0, ReadErrors.why(e))));
    }
  }

  /** Opens the file first: a file system of a network asks its server for the stamp then. */
  private static Optional<FileStamp> stamp(Path file) throws IOException {
    try (InputStream opened = Files.newInputStream(file)) {
      return Optional.of(FileStamp.of(file)).filter(it -> it.isSettled(Instant.now()));
    }
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException everyPlatformHasIt) {
      throw new IllegalStateException(everyPlatformHasIt);
    }
  }

  private static Set<Path> files(List<FileGlob> globs, List<ConfigProblem> problems) {
    Set<Path> files = new TreeSet<>();
    for (FileGlob glob : globs) {
      try {
        files.addAll(glob.files());
      } catch (UncheckedIOException e) {
        IOException cause = Objects.requireNonNull(e.getCause());
        problems.add(new ConfigProblem(glob.folder().toString(), 0, 0, ReadErrors.why(cause)));
      }
    }
    return files;
  }

  /**
   * Adds missing files that have not expired; a file that no pattern matches any more is left out.
   */
  private Map<Path, Duration> keepMissing(
      List<FileGlob> globs, Duration forgetAfter, Map<Path, Valid<T>> valid) {
    Map<Path, Duration> missing = new TreeMap<>();
    long now = nanos.getAsLong();
    last.forEach(
        (file, old) -> {
          if (!valid.containsKey(file) && globs.stream().anyMatch(glob -> glob.names(file))) {
            long since = goneSince.computeIfAbsent(file, first -> now);
            Duration left = forgetAfter.minusNanos(now - since);
            if (left.compareTo(Duration.ZERO) > 0) {
              missing.put(file, left);
              valid.put(file, old);
            }
          }
        });
    return missing;
  }
}
