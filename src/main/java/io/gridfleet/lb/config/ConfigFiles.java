package io.gridfleet.lb.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * Files of one shape that are read again while the program runs. An invalid file keeps its last
 * valid content. So does a missing file, for a limited time: a move, a mount or an incomplete
 * checkout must not empty a lab. One reading at a time.
 */
public final class ConfigFiles<T extends Record> {
  private final Class<T> type;
  private final LongSupplier nanos;

  /** The last valid content of each file; guarded by this. */
  private Map<Path, LoadedConfig<T>> last = Map.of();

  /** Since when files of {@link #last} are gone; guarded by this. */
  private final Map<Path, Long> goneSince = new TreeMap<>();

  /**
   * @param nanos a monotonic clock
   */
  public ConfigFiles(Class<T> type, LongSupplier nanos) {
    this.type = type;
    this.nanos = nanos;
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
    Map<Path, LoadedConfig<T>> contents = new TreeMap<>();
    List<ConfigProblem> problems = new ArrayList<>();
    for (Path file : files(globs, problems)) {
      goneSince.remove(file);
      try {
        contents.put(file, ConfigLoader.of(type).file(file).load());
      } catch (ConfigException e) {
        problems.addAll(e.problems());
        LoadedConfig<T> old = last.get(file);
        if (old != null) {
          contents.put(file, old);
        }
      }
    }
    Map<Path, Duration> missing = keepMissing(globs, forgetAfter, contents);
    last = contents;
    goneSince.keySet().retainAll(missing.keySet());
    return new Contents<>(new LinkedHashMap<>(contents), List.copyOf(problems), missing);
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
      List<FileGlob> globs, Duration forgetAfter, Map<Path, LoadedConfig<T>> contents) {
    Map<Path, Duration> missing = new TreeMap<>();
    long now = nanos.getAsLong();
    last.forEach(
        (file, old) -> {
          if (!contents.containsKey(file) && globs.stream().anyMatch(glob -> glob.names(file))) {
            long since = goneSince.computeIfAbsent(file, first -> now);
            Duration left = forgetAfter.minusNanos(now - since);
            if (left.compareTo(Duration.ZERO) > 0) {
              missing.put(file, left);
              contents.put(file, old);
            }
          }
        });
    return missing;
  }
}
