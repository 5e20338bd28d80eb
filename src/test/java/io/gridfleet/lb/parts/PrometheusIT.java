package io.gridfleet.lb.parts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Prometheus' own checker accepts {@code /metrics} of the running jar. */
class PrometheusIT {
  @Test
  void promtoolAcceptsTheMetrics() throws Exception {
    String promtool = RealPart.PROMTOOL.where();
    try (FrontDoorProcess door = FrontDoorProcess.start(List.of(), List.of("--demo=quiet"))) {
      String metrics = door.get("/metrics").body();
      assertThat(metrics).contains("gridfleet_lb_");
      Process check =
          new ProcessBuilder(promtool, "check", "metrics").redirectErrorStream(true).start();
      check.getOutputStream().write(metrics.getBytes(StandardCharsets.UTF_8));
      check.getOutputStream().close();
      String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(check.waitFor()).as(said).isZero();
      assertThat(said).isEmpty();
    }
  }
}
