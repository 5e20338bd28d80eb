package io.gridfleet.lb.config;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the code that reads configurations from the JVM's optimizing compiler; the fast compiler
 * still compiles it. The inventory of a large lab is read in a second or two, and then seldom:
 * optimizing that code takes more processor time than it saves.
 */
final class ReadingCompilation {
  private static final Logger log = LoggerFactory.getLogger(ReadingCompilation.class);

  private static final String DIRECTIVES =
      """
      [{match: ["io/gridfleet/lb/config/*.*", "org/yaml/snakeyaml/*.*"], c2: {Exclude: true}}]
      """;

  private static final AtomicBoolean limited = new AtomicBoolean();

  private ReadingCompilation() {}

  /** Has an effect once; another VM compiles as it does. */
  static void limit() {
    if (limited.compareAndSet(false, true)) {
      try {
        addDirectives();
      } catch (IOException | JMException | RuntimeException otherVm) {
        log.debug("the compiler can't be limited", otherVm);
      }
    }
  }

  /** The JVM reads directives from a file only. */
  private static void addDirectives() throws IOException, JMException {
    Path file = Files.createTempFile("compiler", ".json");
    try {
      Files.writeString(file, DIRECTIVES);
      command("compilerDirectivesAdd", file.toString());
    } finally {
      Files.delete(file);
    }
  }

  /** What {@code jcmd} does, within this process. */
  static Object command(String name, String... arguments) throws JMException {
    return ManagementFactory.getPlatformMBeanServer()
        .invoke(
            new ObjectName("com.sun.management:type=DiagnosticCommand"),
            name,
            new Object[] {arguments},
            new String[] {String[].class.getName()});
  }
}
