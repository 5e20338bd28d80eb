package io.gridfleet.lb.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which transport a server gets, and what is left of it at the end. */
final class EventLoopsTest {
  private static final Path REFUSE = Path.of("src/test/resources/transport/refuse.py");

  private static EventLoopGroup refusedAtFirst(Transport transport) {
    if (transport == Transport.NIO) {
      return TransportTrial.start(transport, 1);
    }
    throw new TransportUnavailableException(transport + " can't be used: as configured", null);
  }

  @Test
  void theFirstThatWorksIsUsed() {
    EventLoops loops =
        EventLoops.start(TransportChoice.AUTO.candidates(), EventLoopsTest::refusedAtFirst);

    assertThat(loops.transport()).isEqualTo(Transport.NIO);
    loops.stop(Duration.ofSeconds(10));
  }

  @Test
  void aChoiceThatCantBeUsedIsAnErrorWithItsReason() {
    assertThatThrownBy(
            () ->
                EventLoops.start(
                    TransportChoice.IO_URING.candidates(), EventLoopsTest::refusedAtFirst))
        .isInstanceOf(TransportUnavailableException.class)
        .hasMessage("io_uring can't be used: as configured");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void withoutNativeLibrariesTheTransportIsThatOfTheJdk() throws Exception {
    assertThat(started(List.of(), "AUTO", "-Dio.netty.transport.noNative=true"))
        .containsOnlyOnce("EventLoops")
        .contains("the transport is nio: io_uring can't be used: ")
        .contains("; epoll can't be used: ");
  }

  /** As where {@code kernel.io_uring_disabled} is set: the call that makes a ring fails. */
  @ParameterizedTest
  @ValueSource(strings = {"io_uring_setup", "io_uring_register", "io_uring_enter"})
  @EnabledOnOs(OS.LINUX)
  void whereTheKernelRefusesARingTheTransportIsEpoll(String call) throws Exception {
    assumeRings();

    assertThat(started(List.of("python3", REFUSE.toString(), call), "AUTO"))
        .containsOnlyOnce("INFO")
        .containsPattern("the transport is epoll: io_uring can't be used: [A-Za-z]");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void whereTheKernelRefusesTheChosenTransportTheStartFails() throws Exception {
    assumeRings();

    assertThat(started(List.of("python3", REFUSE.toString(), "io_uring_setup"), "IO_URING"))
        .contains("io_uring can't be used: ", "Operation not permitted")
        .doesNotContain("the transport is");
  }

  private static void assumeRings() {
    assumeThat(Transport.IO_URING.unavailability()).as("this machine has rings").isNull();
    assumeThat(Path.of("/usr/bin/python3")).as("which sets the seccomp filter").exists();
  }

  private static String started(List<String> within, String choice, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(within);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(StartedTransport.class.getName(), choice));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String log = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).as(log).isTrue();
    return log;
  }

  /**
   * Rings and their wake-up descriptors are given back, or a process that starts loops fills up.
   */
  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"IO_URING", "EPOLL", "NIO"})
  @EnabledOnOs(OS.LINUX)
  void stoppedLoopsLeaveNoFileOpen(Transport transport) throws IOException {
    assumeThat(transport.unavailability()).isNull();
    long before = kernelFiles();

    for (int i = 0; i < 10; i++) {
      EventLoops.start(List.of(transport), it -> TransportTrial.start(it, 2))
          .stop(Duration.ofSeconds(10));
    }

    await().until(() -> kernelFiles() <= before);
  }

  /** Rings, epoll instances and event descriptors that this process has open. */
  private static long kernelFiles() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(EventLoopsTest::isOfTheKernel).count();
    }
  }

  private static boolean isOfTheKernel(Path file) {
    try {
      return Files.readSymbolicLink(file).toString().startsWith("anon_inode:");
    } catch (IOException closed) {
      return false;
    }
  }
}
