package io.gridfleet.lb.bench;

import io.gridfleet.lb.router.Route;
import io.gridfleet.lb.router.RouteTable;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import io.gridfleet.lb.webdriver.SessionId;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of parsing a request line and a New Session body. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RequestBenchmark {
  private static final String ID = "0c4dbb28a3e84f7d9d1e6e0f8f1ad001";

  private final SessionId last = SessionId.parse(ID).orElseThrow();
  private final String command = "/session/" + ID + "/element/e-1/click";
  private final String hub = "/v0/a-token/wd/hub/session/" + ID + "/url";
  private final byte[] payload =
      ("{\"capabilities\":{\"alwaysMatch\":{\"platformName\":\"iOS\",\"appium:automationName\":"
              + "\"XCUITest\",\"gridfleet:selector\":\"os_version:>=17 model:\\\"iPhone*\\\"\","
              + "\"gridfleet:waitForDeviceOnlineTimeout\":600,\"appium:noReset\":true},"
              + "\"firstMatch\":[{\"appium:app\":\"/apps/one.ipa\"},{\"appium:app\":\"/apps/two.ipa\"}]}}")
          .getBytes(StandardCharsets.UTF_8);

  /** A command of the same session as the connection's previous one. */
  @Benchmark
  public Route sameSession() {
    return RouteTable.find("POST", command, last);
  }

  /** The first command of a session on a connection. */
  @Benchmark
  public Route anotherSession() {
    return RouteTable.find("POST", command, null);
  }

  /** With a token and the base path {@code /wd/hub}. */
  @Benchmark
  public Route withTokenAndHub() {
    return RouteTable.find("GET", hub, last);
  }

  @Benchmark
  public NewSessionPayload payload() {
    return NewSessionPayload.parse(payload);
  }
}
