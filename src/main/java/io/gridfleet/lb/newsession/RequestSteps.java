package io.gridfleet.lb.newsession;

import io.gridfleet.lb.newsession.NewSessionMachine.Effect;
import io.gridfleet.lb.newsession.NewSessionMachine.Event;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings events to the executor of their request, and ends a request after a mistake in the
 * program. This is the only way on which what another thread completes reaches a {@link
 * NewSessionState}.
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
   * Fires an event that brings something which the request doesn't hold yet.
   *
   * @param giveBack called where the table doesn't know the event, for nobody else would do it
   */
  Effect fire(NewSessionState state, Event event, Runnable giveBack) {
    try {
      return state.fire(event);
    } catch (IllegalStateException mistake) {
      giveBack.run();
      throw mistake;
    }
  }

  /** The table names an effect that the event's handler doesn't carry out. */
  static IllegalStateException noEffectOf(Event event) {
    return new IllegalStateException("the effect of " + event + " isn't carried out there");
  }

  /** Goes on with the next event on the request's executor; a mistake in it ends the request. */
  <T> void next(NewSessionState state, CompletionStage<T> before, Consumer<T> event) {
    before
        .thenAcceptAsync(event, state.request().executor())
        .exceptionally(
            mistake -> {
              state.request().executor().execute(() -> broken(state, mistake));
              return null;
            });
  }

  /** A mistake in the program: what is held is given back, and the client is answered. */
  void broken(NewSessionState state, @Nullable Throwable mistake) {
    log.error("request {} is broken off by a mistake", state.request().id(), mistake);
    if (state.fire(Event.BROKEN) != Effect.FAIL) {
      throw noEffectOf(Event.BROKEN);
    }
    try {
      state.letGo().giveBack(state.request(), locks);
    } catch (RuntimeException another) {
      log.error("what request {} held can't be given back", state.request().id(), another);
    }
    answers.mistake(state);
  }
}
