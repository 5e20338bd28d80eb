package io.gridfleet.lb.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.http.HttpLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Aggregated bodies stay within their memory budget. */
final class BodyMemoryTest {
  private static final int MIB = 1024 * 1024;
  private static final int MAX = 32 * MIB;

  private final BodyBudget budget = new BodyBudget(MAX, 8L * MAX);
  private final List<RawClient> clients = new ArrayList<>();

  @RegisterExtension final Edge edge = edge(ConfigLoader.defaults(RouterConfig.class).limits());

  private Edge edge(HttpLimits limits) {
    Edge opened =
        new Edge(
            limits, new FrontDoor.Protection(Admission.open(), budget, OriginPolicy.anyHost()));
    opened.holdsNewSessions = true;
    return opened;
  }

  @AfterEach
  void close() throws Exception {
    for (RawClient client : clients) {
      client.close();
    }
    await().until(() -> budget.held() == 0);
  }

  private RawClient post(String path, int length, int sent) throws IOException {
    return post(edge, path, length, sent);
  }

  private RawClient post(Edge to, String path, int length, int sent) throws IOException {
    RawClient client = to.client();
    clients.add(client);
    client.send("POST " + path + " HTTP/1.1\r\nHost: lb\r\nContent-Length: " + length + "\r\n\r\n");
    byte[] part = new byte[Math.min(sent, MIB)];
    for (int i = 0; i < sent; i += part.length) {
      client.send(part);
    }
    return client;
  }

  @Test
  void unfinishedBodiesTakeNoMoreThanTheBudget() throws IOException {
    int refused = 0;
    for (int i = 0; i < 19; i++) {
      RawClient client = post("/session", 15 * MIB, 0);
      long before = budget.held();
      if (before + 15 * MIB > MAX) {
        assertThat(client.answer())
            .contains("503 Service Unavailable")
            .containsIgnoringCase("retry-after: 5")
            .contains("session not created");
        refused++;
      } else {
        for (int sent = 0; sent < 10; sent++) {
          client.send(new byte[MIB]);
        }
        await().until(() -> budget.held() == before + 10 * MIB);
      }
      assertThat(budget.held()).isLessThanOrEqualTo(MAX);
    }
    assertThat(refused).isPositive();
  }

  @Test
  void aBodyOfUnknownLengthIsRefusedWhereTheBudgetEnds() throws IOException {
    post("/session", 15 * MIB, 14 * MIB);
    await().until(() -> budget.held() == 14 * MIB);
    RawClient second = post("/session", 15 * MIB, 14 * MIB);
    await().until(() -> budget.held() == 28 * MIB);
    RawClient chunked = edge.client();
    clients.add(chunked);
    chunked.send("POST /session HTTP/1.1\r\nHost: lb\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 5; i++) {
      chunked.send("100000\r\n").send(new byte[MIB]).send("\r\n");
    }
    assertThat(chunked.answer()).contains("503 Service Unavailable");
    second.close();
    await().until(() -> budget.held() == 14 * MIB);
  }

  @Test
  void theApiRefusesInItsOwnShape() throws IOException {
    post("/session", 15 * MIB, 14 * MIB);
    post("/session", 15 * MIB, 14 * MIB);
    await().until(() -> budget.held() == 28 * MIB);

    assertThat(post("/api/runs", 15 * MIB, 0).answer())
        .contains("503 Service Unavailable")
        .contains("\"code\":\"SERVICE_UNAVAILABLE\"");
  }

  /** Of 599 requests of 1 MiB, as many wait as the budget allows, and each is charged once. */
  @Test
  void waitingRequestsStayChargedUntilTheyAreAnswered() throws IOException {
    int refused = 0;
    for (int i = 0; i < 599; i++) {
      RawClient client = edge.client();
      client.send("POST /session HTTP/1.1\r\nHost: lb\r\nContent-Length: " + MIB + "\r\n\r\n");
      if (budget.held() + MIB > MAX) {
        assertThat(client.answer()).contains("503 Service Unavailable");
        client.close();
        refused++;
      } else {
        clients.add(client);
        long before = budget.held();
        client.send(new byte[MIB]);
        await().until(() -> budget.held() == before + MIB);
      }
    }
    assertThat(budget.held()).isEqualTo(MAX);
    assertThat(refused).isEqualTo(599 - MAX / MIB);

    edge.created.get(0).answer(EndpointAnswer.text(200, "done"));

    await().until(() -> budget.held() == MAX - MIB);
    assertThat(clients.get(0).answer()).contains("200 OK");
  }

  @Test
  void theBytesAreHandedOutOnce() throws IOException {
    RawClient client = post("/session", MIB, 0);
    await().until(() -> edge.created.size() == 1);
    Exchange exchange = edge.created.get(0);
    var body = exchange.body();
    client.send(new byte[MIB]);
    assertThat(body.join()).hasSize(MIB);

    await().until(() -> exchange.body().isCompletedExceptionally());
    assertThat(budget.held()).as("for what was read from it").isEqualTo(MIB);
  }

  /** A client that trickles doesn't hold the budget; at 14 MiB a pause must bring a sixteenth. */
  @Test
  void aLargeBodyThatTricklesGivesTheBudgetBack() throws Exception {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try (Edge small = edge(Edge.withBodies(16 * MIB));
        RawClient trickling = post(small, "/session", 15 * MIB, 14 * MIB);
        RawClient silent = post(small, "/session", 15 * MIB, 14 * MIB)) {
      await().until(() -> budget.held() == 28 * MIB);
      timer.scheduleAtFixedRate(() -> trickle(trickling), 10, 10, TimeUnit.MILLISECONDS);
      await().until(() -> budget.held() == 0);
      assertThat(silent.answer()).contains("408 Request Timeout");
      assertThat(trickling.answer()).contains("408 Request Timeout");
    } finally {
      timer.shutdownNow();
    }
  }

  /** Two kilobytes: what a small body may bring in a pause. */
  private static void trickle(RawClient client) {
    try {
      client.send(new byte[2 * 1024]);
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }

  @Test
  void theBudgetIsNeverMoreThanAQuarterOfTheHeap() {
    assertThat(new BodyBudget(128L * MIB, 256L * MIB).most()).isEqualTo(64L * MIB);
    assertThat(new BodyBudget(16L * MIB, 256L * MIB).most()).isEqualTo(16L * MIB);
  }
}
