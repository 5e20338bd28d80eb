package io.gridfleet.lb.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Describes why a file can't be read: messages of the JDK mostly hold only its name. */
final class ReadErrors {
  private ReadErrors() {}

  /** Without the file's name. */
  static String why(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied: the user '"
          + System.getProperty("user.name")
          + "' of this process may not read it";
    }
    if (e instanceof CharacterCodingException) {
      return "not valid UTF-8";
    }
    if (e instanceof FileSystemException file && file.getReason() != null) {
      return "can't be read: " + file.getReason();
    }
    return "can't be read: " + (e.getMessage() == null ? e.toString() : e.getMessage());
  }
}
