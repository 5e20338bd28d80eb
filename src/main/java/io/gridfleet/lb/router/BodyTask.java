package io.gridfleet.lb.router;

import io.gridfleet.lb.async.Failures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an endpoint does when the body of its request has arrived. The log names no target: it may
 * hold a token.
 */
public final class BodyTask {
  private static final Logger log = LoggerFactory.getLogger(BodyTask.class);

  private BodyTask() {}

  /**
   * Runs a task with the body, on the exchange's executor. If no body comes, the client has left or
   * was answered, and nothing is run. A failure of the task is logged and answered: without that
   * its client would wait for an answer that never comes.
   *
   * @param task may fail at once, or by its stage
   * @param failed the answer if it does
   */
  public static void run(
      Exchange exchange, Function<byte[], CompletionStage<?>> task, EndpointAnswer failed) {
    CompletionStage<?> done =
        exchange
            .body()
            .handleAsync((body, missing) -> started(task, body), exchange.executor())
            .thenCompose(stage -> stage);
    Failures.log(
        done.exceptionally(
            mistake -> {
              log.error(
                  "{} {} can't be answered",
                  exchange.method(),
                  exchange.route().getClass().getSimpleName(),
                  Failures.cause(mistake));
              exchange.answer(failed);
              return null;
            }),
        "the answer to a failed request");
  }

  private static CompletionStage<?> started(
      Function<byte[], CompletionStage<?>> task, byte @Nullable [] body) {
    return body == null ? CompletableFuture.completedFuture(null) : task.apply(body);
  }
}
