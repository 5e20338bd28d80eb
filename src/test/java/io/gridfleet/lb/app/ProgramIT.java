package io.gridfleet.lb.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.JsonClient.Reply;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The program as an operator sees it: signals, exit status, output. */
@Execution(ExecutionMode.CONCURRENT)
final class ProgramIT {
  /** Not a claim: an end without anything to wait for, on a busy machine. */
  private static final Duration SOON = Duration.ofSeconds(60);

  private static final int JAVA_8 = 52;

  @TempDir private Path folder;

  @Test
  void theCommandsThatTheDemoPrintsCanBeRepeated() throws Exception {
    try (Program demo = Program.start(folder, "--demo").awaitReady()) {
      demo.awaitLog("Ctrl-C stops it");
      String commands =
          demo.log()
              .lines()
              .dropWhile(line -> !line.startsWith("Try it"))
              .takeWhile(line -> !line.startsWith("Ctrl-C"))
              .filter(line -> line.startsWith("  "))
              .collect(Collectors.joining("\n"));
      for (int round = 1; round <= 6; round++) {
        String printed = bash(commands);
        assertThat(printed.lines().filter(line -> line.matches("session [0-9a-f-]{36}")))
            .as("round %d: %s", round, printed)
            .hasSize(1);
        assertThat(printed).doesNotContain("\"error\"").endsWith("{\"value\":null}\n");
      }
      demo.signal("TERM");
      assertThat(demo.exitStatus(SOON)).isZero();
    }
  }

  @Test
  void theFirstSignalDrainsAndLogsHowToStopAtOnceAndTheSecondStops() throws Exception {
    try (Program server = Program.start(folder, "--config", lab("")).awaitReady()) {
      Reply session = server.client().newSession("'platformName':'Android'").join();
      assertThat(session.status()).as(session.text()).isEqualTo(200);

      server.signal("TERM");
      server.awaitLog("draining for up to 5 min: 1 session; press Ctrl-C again to stop now");
      assertThat(server.alive()).isTrue();
      assertThat(server.client().get("/session/" + session.sessionId() + "/url").status())
          .isEqualTo(200);

      server.signal("TERM");
      assertThat(server.exitStatus(SOON)).isZero();
      assertThat(server.log()).contains("stopping now: 1 session");
    }
  }

  @Test
  void aStopWithNothingToWaitForHasStatusZero() throws Exception {
    try (Program server = Program.start(folder, "--config", lab("")).awaitReady()) {
      server.signal("INT");
      assertThat(server.exitStatus(SOON)).isZero();
      assertThat(server.log()).doesNotContain("draining");
    }
  }

  @Test
  void onATerminalCtrlCDrainsForTenSecondsUnlessConfiguredOtherwise() throws Exception {
    drainsOnATerminal("", "10 s");
    drainsOnATerminal("router: {drain: 7min}\n", "7 min");
  }

  private void drainsOnATerminal(String configuration, String limit) throws Exception {
    try (Program server = Program.onTerminal(folder, "--config", lab(configuration)).awaitReady()) {
      Reply session = server.client().newSession("'platformName':'Android'").join();
      assertThat(session.status()).as(session.text()).isEqualTo(200);

      server.pressCtrlC();
      server.awaitLog("draining for up to " + limit + ": 1 session; press Ctrl-C again");
      server.client().delete("/session/" + session.sessionId());
      assertThat(server.exitStatus(SOON)).isZero();
    }
  }

  @Test
  void theClassThatTheJarStartsWithIsReadByOlderJavas() throws IOException {
    try (JarFile jar = new JarFile(Program.jar().toFile())) {
      String main = jar.getManifest().getMainAttributes().getValue("Main-Class");
      try (DataInputStream read =
          new DataInputStream(
              jar.getInputStream(jar.getEntry(main.replace('.', '/') + ".class")))) {
        assertThat(read.readInt()).isEqualTo(0xCAFEBABE);
        read.readUnsignedShort();
        assertThat(read.readUnsignedShort()).isEqualTo(JAVA_8);
      }
    }
  }

  @Test
  void aPortThatIsTakenIsASentenceWithANextStep() throws Exception {
    try (ServerSocket other = new ServerSocket(0);
        Program server =
            Program.command(folder, "--demo", "--listen", "127.0.0.1:" + other.getLocalPort())) {
      assertThat(server.exitStatus(SOON)).isEqualTo(1);
      assertThat(server.log())
          .contains("port " + other.getLocalPort() + " of 127.0.0.1 is taken")
          .contains("--listen 127.0.0.1:")
          .doesNotContain("bind(..)");
    }
  }

  @Test
  void everyJsonLineOfABusyDemoIsAFlatObjectWithFields() throws Exception {
    try (Program server = Program.start(folder, "--config", lab("log: json\n")).awaitReady()) {
      for (int i = 0; i < 3; i++) {
        Reply session =
            server
                .client()
                .newSession(
                    "'platformName':'Android','gridfleet:testName':'a\\nb\\u001b[2J " + i + "'")
                .join();
        assertThat(session.status()).as(session.text()).isEqualTo(200);
        server.client().delete("/session/" + session.sessionId());
      }
      server.client().newSession("'gridfleet:selector':'model:Nokia'").join();
      server.client().newSession("'gridfleet:selector':'model:'").join();
      Reply unknown = server.client().newSession("'gridfleet:\\u001b[2J\\n':'x'").join();
      server.client().delete("/session/" + unknown.sessionId());
      server.signal("TERM");
      assertThat(server.exitStatus(SOON)).isZero();

      Set<String> fields = new TreeSet<>();
      for (String line : server.log().lines().toList()) {
        JsonNode read = JsonClient.JSON.readTree(line);
        assertThat(read.isObject()).as(line).isTrue();
        assertThat(read).as(line).allMatch(JsonNode::isValueNode);
        assertThat(read.path("time").asText()).as(line).matches("\\d{4}-.*Z");
        assertThat(read.path("message").asText()).as(line).doesNotContain("{}", "\u001b", "\n");
        read.fieldNames().forEachRemaining(fields::add);
      }
      assertThat(fields)
          .contains("level", "logger", "message", "request", "session", "device", "node", "tenant");
      assertThat(server.log())
          .contains(
              "the store is sqlite:/", "No matched devices were found: nothing in this lab is")
          .contains("[devices 13, matching 0");
    }
  }

  private String lab(String more) throws IOException {
    Files.writeString(folder.resolve("lab.yaml"), "demo: true\nstore: 'sqlite:lab.db'\n" + more);
    return folder.resolve("lab.yaml").toString();
  }

  private String bash(String commands) throws IOException, InterruptedException {
    Process shell = new ProcessBuilder("bash", "-c", commands).redirectErrorStream(true).start();
    String printed = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return printed;
  }
}
