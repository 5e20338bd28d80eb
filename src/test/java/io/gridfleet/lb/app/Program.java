package io.gridfleet.lb.app;

import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.cluster.SharedClasses;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One process of the jar, started as an operator starts it. */
final class Program implements AutoCloseable {
  /** Not a claim: a start on a machine whose cores are all busy elsewhere. */
  private static final Duration START = Duration.ofMinutes(3);

  /** A build in the background (nohup, &) ignores signals, and what it starts inherits that. */
  private static final List<String> DEFAULT_SIGNALS =
      List.of("env", "--default-signal=HUP,INT,TERM");

  private final Process process;
  private final Path log;
  private final int port;

  private Program(Process process, Path log, int port) {
    this.process = process;
    this.log = log;
    this.port = port;
  }

  static Path jar() {
    return Path.of(System.getProperty("gridfleet.jar", "target/gridfleet-lb.jar"));
  }

  /** Starts a server with these arguments on a free port; doesn't wait for it. */
  static Program start(Path folder, String... arguments) throws IOException {
    int port = Ports.free();
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--listen", "127.0.0.1:" + port));
    return run(folder, port, command(all));
  }

  /** Starts a server with these arguments on a free port, before a terminal that takes input. */
  static Program onTerminal(Path folder, String... arguments) throws IOException {
    int port = Ports.free();
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--listen", "127.0.0.1:" + port));
    String line = "'" + String.join("' '", command(all)) + "'";
    return run(folder, port, List.of("script", "-qec", "exec " + line, "/dev/null"));
  }

  /** Starts a command that ends by itself. */
  static Program command(Path folder, String... arguments) throws IOException {
    return run(folder, 0, command(List.of(arguments)));
  }

  private static List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>(DEFAULT_SIGNALS);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx192m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of(SharedClasses.flag(), "-jar", jar().toAbsolutePath().toString()));
    command.addAll(arguments);
    return command;
  }

  private static Program run(Path folder, int port, List<String> command) throws IOException {
    Path log = Files.createTempFile(folder, "program", ".log");
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    return new Program(builder.start(), log, port);
  }

  Program awaitReady() {
    awaitLog("listening on ");
    return this;
  }

  /** Waits until it has written this. */
  void awaitLog(String text) {
    await()
        .atMost(START)
        .pollInterval(Duration.ofMillis(50))
        .failFast(() -> !process.isAlive() && !log().contains(text))
        .until(() -> log().contains(text));
  }

  JsonClient client() {
    return new JsonClient(URI.create(url()));
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  /** Sends a signal, such as {@code TERM}. */
  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
  }

  /** Presses Ctrl-C at the terminal. */
  void pressCtrlC() throws IOException {
    process.getOutputStream().write(3);
    process.getOutputStream().flush();
  }

  /** The exit status; fails when the process doesn't end. */
  int exitStatus(Duration most) throws IOException, InterruptedException {
    if (!process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("still there after " + most + ":\n" + log());
    }
    return process.exitValue();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** What it wrote, to both outputs. */
  String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() throws InterruptedException {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly().waitFor();
    children.forEach(ProcessHandle::destroyForcibly);
  }
}
