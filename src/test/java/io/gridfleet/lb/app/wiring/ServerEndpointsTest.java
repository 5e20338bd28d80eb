package io.gridfleet.lb.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.app.Asked;
import io.gridfleet.lb.router.EndpointAnswer;
import io.gridfleet.lb.router.Route;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Requests that wait for a thread. */
final class ServerEndpointsTest {
  private final Deque<Runnable> waiting = new ArrayDeque<>();

  @Test
  void nothingIsPutTogetherForAClientThatLeft() {
    Asked asked = new Asked(new Route.Ui("/metrics"), "text/plain");
    ServerEndpoints.metrics(
            () -> {
              throw new AssertionError("answered without a client");
            },
            waiting::add)
        .handle(asked);
    asked.left.complete(null);

    waiting.remove().run();

    assertThat(asked.answers).isEmpty();
  }

  @Test
  void whatCanNotWaitIsAnswered() {
    Asked asked = new Asked(new Route.Ui("/metrics"), "text/plain");
    ServerEndpoints.metrics(
            () -> "",
            work -> {
              throw new RejectedExecutionException("full");
            })
        .handle(asked);

    assertThat(asked.answers).singleElement().extracting(EndpointAnswer::status).isEqualTo(503);
  }
}
