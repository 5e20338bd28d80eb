package io.gridfleet.lb.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Files by a pattern in their names: {@code lab.d/*.yaml}. Wildcards stand in the last part only.
 *
 * @param folder where the files are
 * @param name a name, or a pattern as {@link java.nio.file.FileSystem#getPathMatcher} takes it
 */
public record FileGlob(Path folder, String name) {

  static FileGlob of(Path directory, String text) {
    int slash = text.lastIndexOf('/');
    String folder = slash < 0 ? "" : text.substring(0, Math.max(1, slash));
    String name = text.substring(slash + 1);
    if (folder.matches(".*[*?\\[{].*") || name.isBlank()) {
      throw new IllegalArgumentException("a file, or a pattern such as lab.d/*.yaml");
    }
    return new FileGlob(directory.resolve(folder), name);
  }

  /** Returns the files that match now, by name; none if the folder doesn't exist. */
  public List<Path> files() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, name)) {
      for (Path file : found) {
        if (Files.isRegularFile(file)) {
          files.add(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    files.sort(null);
    return files;
  }

  /** Whether a change of this file may change {@link #files}. */
  public boolean fits(@Nullable Path file) {
    return file != null
        && folder.getFileSystem().getPathMatcher("glob:" + name).matches(file.getFileName());
  }

  /** Whether this file, existing or not, matches. */
  boolean names(Path file) {
    return folder.equals(file.getParent()) && fits(file);
  }

  @Override
  public String toString() {
    return folder.resolve("x").resolveSibling(name).toString();
  }
}
