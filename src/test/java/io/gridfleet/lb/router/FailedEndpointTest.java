package io.gridfleet.lb.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a client receives when an endpoint fails after its body has arrived. */
final class FailedEndpointTest {
  private static final EndpointAnswer FAILED = EndpointAnswer.text(500, "it failed");
  private Edge edge;

  @BeforeEach
  void start() throws Exception {
    edge = new Edge();
    edge.holdsNewSessions = true;
  }

  @AfterEach
  void stop() {
    edge.close();
  }

  private Exchange begun(RawClient client, Function<byte[], CompletionStage<?>> task)
      throws Exception {
    client.send("POST /session HTTP/1.1\r\nHost: lb\r\nContent-Length: 2\r\n\r\n{");
    await().until(() -> !edge.created.isEmpty());
    Exchange exchange = edge.created.get(0);
    CompletableFuture<Void> begun = new CompletableFuture<>();
    exchange
        .executor()
        .execute(
            () -> {
              BodyTask.run(exchange, task, FAILED);
              begun.complete(null);
            });
    begun.join();
    client.send("}");
    return exchange;
  }

  @Test
  void aTaskThatThrowsIsAnswered() throws Exception {
    try (RawClient client = edge.client()) {
      begun(
          client,
          body -> {
            throw new IllegalStateException("as configured");
          });

      assertThat(client.answer()).startsWith("HTTP/1.1 500").endsWith("it failed");
    }
  }

  @Test
  void aTaskThatFailsLaterIsAnswered() throws Exception {
    CompletableFuture<Void> work = new CompletableFuture<>();
    try (RawClient client = edge.client()) {
      begun(client, body -> work);
      work.completeExceptionally(new IllegalStateException("as configured"));

      assertThat(client.answer()).startsWith("HTTP/1.1 500").endsWith("it failed");
    }
  }

  /** Its status is sent already, so only the end of the connection can tell the client. */
  @Test
  void aStreamedAnswerIsCut() throws Exception {
    try (RawClient client = edge.client()) {
      CompletableFuture<Exchange> streams = new CompletableFuture<>();
      Exchange exchange =
          begun(
              client,
              body ->
                  streams.thenAccept(
                      it -> {
                        it.stream(200, "text/plain", Map.of()).write(new byte[] {'x'});
                        throw new IllegalStateException("as configured");
                      }));
      streams.complete(exchange);

      assertThat(client.head()).startsWith("HTTP/1.1 200");
      assertThat(client.rest()).isEqualTo("1\r\nx\r\n");
    }
  }

  @Test
  void withoutABodyNothingIsRun() throws Exception {
    CompletableFuture<Void> ran = new CompletableFuture<>();
    try (RawClient client = edge.client()) {
      client.send("POST /session HTTP/1.1\r\nHost: lb\r\nContent-Length: 2\r\n\r\n{");
      await().until(() -> !edge.created.isEmpty());
      BodyTask.run(
          edge.created.get(0),
          body -> {
            ran.complete(null);
            return ran;
          },
          FAILED);

      assertThat(client.answer()).startsWith("HTTP/1.1 408");
    }
    assertThat(ran).isNotDone();
  }
}
