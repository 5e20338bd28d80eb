package io.gridfleet.lb.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** API requests queued for the executor. */
final class WaitingRequestsTest {
  private final ApiLab lab = new ApiLab().furnish();
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private final Api api =
      new Api(
          lab.routes,
          ApiAccess.open(),
          work -> {
            if (waiting.size() == 2) {
              throw new RejectedExecutionException("full");
            }
            waiting.add(work);
          });

  private CompletableFuture<ApiAnswer> register(String session, AtomicBoolean left) {
    byte[] body = "{\"session_id\":\"%s\"}".formatted(session).getBytes(StandardCharsets.UTF_8);
    return api.handle(new ApiRequest("POST", "/api/sessions", "", Map.of(), body), left::get)
        .toCompletableFuture();
  }

  @Test
  void nothingIsDoneForAClientThatLeft() {
    AtomicBoolean left = new AtomicBoolean();
    CompletableFuture<ApiAnswer> gone = register("gone", left);
    CompletableFuture<ApiAnswer> stays = register("stays", new AtomicBoolean());

    left.set(true);
    waiting.forEach(Runnable::run);

    assertThat(gone).isDone();
    assertThat(stays.join().status()).isEqualTo(200);
    assertThat(lab.reports.find("gone").toCompletableFuture().join()).isEmpty();
    assertThat(lab.reports.find("stays").toCompletableFuture().join()).isPresent();
  }

  @Test
  void whatCantWaitIsToldToComeAgain() {
    register("one", new AtomicBoolean());
    register("two", new AtomicBoolean());

    ApiAnswer refused = register("three", new AtomicBoolean()).join();

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.headers()).containsEntry("Retry-After", "1");
    waiting.forEach(Runnable::run);
  }
}
