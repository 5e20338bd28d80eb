package io.gridfleet.lb.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Files of one shape that are read again while the program runs. A file that is broken counts as it
 * was when it last could be read; a file that is gone counts no more. One reading at a time.
 */
public final class ConfigFiles<T extends Record> {
  private final Class<T> type;
  private final List<FileGlob> globs;

  /** What each file held when it last could be read; guarded by this. */
  private Map<Path, T> last = Map.of();

  public ConfigFiles(Class<T> type, List<FileGlob> globs) {
    this.type = type;
    this.globs = List.copyOf(globs);
  }

  /**
   * What the files hold.
   *
   * @param contents in the order of the file names
   * @param problems of files that can't be read now
   */
  public record Contents<T>(Map<Path, T> contents, List<ConfigProblem> problems) {}

  /** Reads them all. */
  public synchronized Contents<T> read() {
    TreeSet<Path> files = new TreeSet<>();
    globs.forEach(glob -> files.addAll(glob.files()));
    Map<Path, T> contents = new LinkedHashMap<>();
    List<ConfigProblem> problems = new ArrayList<>();
    for (Path file : files) {
      try {
        contents.put(file, ConfigLoader.of(type).file(file).load().value());
      } catch (ConfigException e) {
        problems.addAll(e.problems());
        T old = last.get(file);
        if (old != null) {
          contents.put(file, old);
        }
      }
    }
    last = contents;
    return new Contents<>(new LinkedHashMap<>(contents), List.copyOf(problems));
  }

  public List<FileGlob> globs() {
    return globs;
  }
}
