package io.gridfleet.lb.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The thread of lists is busy. */
@ExtendWith(LeakCheck.class)
final class BusyViewsTest {
  @RegisterExtension final Lab lab = new Lab();

  private final CompletableFuture<Void> busy = new CompletableFuture<>();
  private ThreadPoolExecutor views;

  @BeforeEach
  void occupyTheThread() {
    lab.start(1);
    views = (ThreadPoolExecutor) lab.server().offLoop.views();
    views.execute(busy::join);
  }

  @AfterEach
  void freeTheThread() {
    busy.complete(null);
  }

  private void untilWaiting(int requests) {
    Lab.until("requests wait", () -> views.getQueue().size() == requests);
  }

  private Asked register(String session) throws IOException {
    return lab.ask("POST", "/api/sessions", "{\"session_id\":\"" + session + "\"}");
  }

  private int statusOf(String path) throws IOException {
    return lab.ask("GET", path, "").answered().status();
  }

  @Test
  void metricsDoNotWaitForLists() throws IOException {
    Asked list = lab.ask("GET", "/api/devices", "");
    untilWaiting(1);

    assertThat(statusOf("/metrics")).isEqualTo(200);
    assertThat(statusOf("/healthz")).isEqualTo(200);

    assertThat(views.getQueue()).as("the list").hasSize(1);
    busy.complete(null);
    assertThat(list.answered().status()).isEqualTo(200);
  }

  @Test
  void whatAClientLeftBehindIsNotDone() throws IOException {
    Asked gone = register("gone");
    Asked stays = register("stays");
    untilWaiting(2);
    gone.leave();
    Lab.until("its end is noticed", () -> openConnections() == 2);
    busy.complete(null);

    assertThat(stays.answered().status()).isEqualTo(200);
    assertThat(statusOf("/api/sessions/stays")).isEqualTo(200);
    assertThat(statusOf("/api/sessions/gone")).isEqualTo(404);
  }

  /** That of {@code stays}, and the one that asks. */
  private int openConnections() throws IOException {
    return lab.ask("GET", "/metrics", "")
        .answered()
        .text()
        .lines()
        .filter(line -> line.startsWith("gridfleet_lb_connections_open{side=\"client\"}"))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
