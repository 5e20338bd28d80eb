package io.gridfleet.lb.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.app.Asked;
import io.gridfleet.lb.router.EndpointAnswer;
import io.gridfleet.lb.router.Route;
import org.junit.jupiter.api.Test;

/** An endpoint whose answer can't be made. */
final class EndpointFailuresTest {
  @Test
  void aFailureIsAnsweredWith500() {
    Asked asked = new Asked(new Route.Ui("/metrics"), "text/plain");
    ServerEndpoints.metrics(
            () -> {
              throw new IllegalStateException("a meter failed");
            },
            Runnable::run)
        .handle(asked);

    assertThat(asked.answers).singleElement().extracting(EndpointAnswer::status).isEqualTo(500);
    assertThat(asked.text()).doesNotContain("a meter failed");
  }
}
