package io.gridfleet.lb.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.app.Asked;
import io.gridfleet.lb.router.Endpoint;
import io.gridfleet.lb.router.EndpointAnswer;
import io.gridfleet.lb.router.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages for people during failures: every request is answered. */
final class ServerPagesTest {

  private static final Endpoint NO_UI =
      exchange -> {
        throw new AssertionError("not asked");
      };

  @Test
  void anOverviewThatFailsIsAnError() {
    ServerPages pages =
        new ServerPages(
            () -> {
              throw new IllegalStateException("the lab can't be read");
            },
            NO_UI,
            Runnable::run);
    Asked asked = new Asked(new Route.Ui("/"), "*/*");

    pages.handle(asked);

    assertThat(asked.answers).singleElement().extracting(EndpointAnswer::status).isEqualTo(500);
    assertThat(asked.text()).doesNotContain("the lab can't be read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/docs"})
  void aServerThatStopsSaysSo(String path) {
    ServerPages pages =
        new ServerPages(
            () -> {
              throw new AssertionError("not asked");
            },
            NO_UI,
            work -> {
              throw new RejectedExecutionException("stopping");
            });
    Asked asked = new Asked(new Route.Ui(path), "*/*");

    pages.handle(asked);

    assertThat(asked.answers).singleElement().extracting(EndpointAnswer::status).isEqualTo(503);
  }

  @Test
  void pagesAreReadOnceAndAgainOnlyAfterAFailure() {
    List<Runnable> handed = new ArrayList<>();
    ServerPages pages =
        new ServerPages(
            () -> {
              throw new AssertionError("not asked");
            },
            NO_UI,
            handed::add);
    Asked first = new Asked(new Route.Ui("/docs"), "text/html");
    Asked second = new Asked(new Route.Ui("/docs/selectors"), "text/html");

    pages.handle(first);
    pages.handle(second);
    assertThat(handed).hasSize(1);
    assertThat(first.answers).isEmpty();
    handed.remove(0).run();

    assertThat(first.text()).contains("<title>GridFleet LB documentation</title>");
    assertThat(second.text()).contains("<title>Selectors</title>");
    Asked third = new Asked(new Route.Ui("/docs"), "text/html");
    pages.handle(third);
    assertThat(handed).isEmpty();
    assertThat(third.text()).isEqualTo(first.text());
  }
}
