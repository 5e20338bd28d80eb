package io.gridfleet.lb.newsession;

import io.gridfleet.lb.newsession.NewSessionMachine.Effect;
import io.gridfleet.lb.newsession.NewSessionMachine.Event;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs events on the executor of their request, and ends a request after a bug. The only path from
 * other threads to a {@link NewSessionState}.
 */
final class RequestSteps {
  private static final Logger log = LoggerFactory.getLogger(RequestSteps.class);

  private final ClientAnswers answers;
  private final LockReturn locks;

  RequestSteps(ClientAnswers answers, LockReturn locks) {
    this.answers = answers;
    this.locks = locks;
  }

  /**
   * Fires an event that carries a resource which the request doesn't hold yet.
   *
   * @param giveBack releases the resource if the event has no row
   */
  Effect fire(NewSessionState state, Event event, Runnable giveBack) {
    try {
      return state.fire(event);
    } catch (IllegalStateException mistake) {
      giveBack.run();
      throw mistake;
    }
  }

  /** Returns the exception for an effect that the event's handler doesn't apply. */
  static IllegalStateException noEffectOf(Event event) {
    return new IllegalStateException("the handler of " + event + " doesn't apply this effect");
  }

  /**
   * Runs the next event on the request's executor when a stage completes; an exception ends the
   * request.
   */
  <T> void next(NewSessionState state, CompletionStage<T> before, Consumer<T> event) {
    before
        .thenAcceptAsync(event, state.request().executor())
        .exceptionally(
            mistake -> {
              state.request().executor().execute(() -> broken(state, mistake));
              return null;
            });
  }

  /** Ends a request after a bug: gives back what it holds, and answers its client. */
  void broken(NewSessionState state, @Nullable Throwable mistake) {
    log.error("request {} is ended by an unexpected exception", state.request().id(), mistake);
    if (state.fire(Event.BROKEN) != Effect.FAIL) {
      throw noEffectOf(Event.BROKEN);
    }
    try {
      state.handOver().giveBack(state.request(), locks);
    } catch (RuntimeException another) {
      log.error("what request {} held can't be given back", state.request().id(), another);
    }
    answers.mistake(state);
  }
}
