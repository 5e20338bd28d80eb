package io.gridfleet.lb.app.wiring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The process that listens on a port, if Linux's {@code /proc} is there and readable. */
final class PortOwner {
  /** The fields of a line of {@code /proc/net/tcp}. */
  private static final int ADDRESS = 1;

  private static final int STATE = 2;
  private static final int INODE = 9;
  private static final String LISTENS = "0A";

  private PortOwner() {}

  /** Its process id and program, for people. */
  static Optional<String> of(int port) {
    return Stream.of("tcp", "tcp6")
        .flatMap(table -> inode(Path.of("/proc/net", table), port).stream())
        .flatMap(inode -> process("socket:[" + inode + "]").stream())
        .findFirst();
  }

  private static Optional<String> inode(Path table, int port) {
    String end = String.format(Locale.ROOT, ":%04X", port);
    try (Stream<String> lines = Files.lines(table)) {
      return lines
          .map(line -> line.strip().split("\\s+"))
          .filter(fields -> fields.length > INODE)
          .filter(fields -> fields[ADDRESS].endsWith(end) && fields[STATE].equals(LISTENS))
          .map(fields -> fields[INODE])
          .findFirst();
    } catch (IOException notLinux) {
      return Optional.empty();
    }
  }

  private static Optional<String> process(String socket) {
    return ProcessHandle.allProcesses()
        .filter(process -> holds(Path.of("/proc", String.valueOf(process.pid()), "fd"), socket))
        .map(process -> "process " + process.pid() + program(process))
        .findFirst();
  }

  private static String program(ProcessHandle process) {
    return process.info().command().map(command -> " (" + command + ")").orElse("");
  }

  private static boolean holds(Path descriptors, String socket) {
    try (Stream<Path> all = Files.list(descriptors)) {
      return all.anyMatch(descriptor -> leadsTo(descriptor, socket));
    } catch (IOException | UncheckedIOException notOurs) {
      return false;
    }
  }

  private static boolean leadsTo(Path descriptor, String socket) {
    try {
      return Files.readSymbolicLink(descriptor).toString().equals(socket);
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }
}
