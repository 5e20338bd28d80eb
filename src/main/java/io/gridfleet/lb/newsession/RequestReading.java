package io.gridfleet.lb.newsession;

import static io.gridfleet.lb.newsession.RequestSteps.noEffectOf;

import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.newsession.NewSessionMachine.Event;
import io.gridfleet.lb.newsession.capabilities.NewSessionOptionsReader;
import io.gridfleet.lb.webdriver.ProtocolException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the options of a request: at once, except if its run must be queried from the store first,
 * or if its body is large and read on another thread.
 */
final class RequestReading {
  private final NewSessionOptionsReader optionsReader;
  private final RunWaits runs;
  private final ClientAnswers answers;
  private final RequestSteps steps;
  private final BiConsumer<NewSessionState, NewSessionOptions> admitted;

  /**
   * @param admitted receives the options, on the executor of the request
   */
  RequestReading(
      NewSessionOptionsReader optionsReader,
      RunWaits runs,
      ClientAnswers answers,
      RequestSteps steps,
      BiConsumer<NewSessionState, NewSessionOptions> admitted) {
    this.optionsReader = optionsReader;
    this.runs = runs;
    this.answers = answers;
    this.steps = steps;
    this.admitted = admitted;
  }

  /** Reads a request, after a query of the store if its run isn't known here. */
  void read(NewSessionState state, Tenant tenant) {
    try {
      Optional<String> unheard = optionsReader.unheardRun(state.request(), tenant);
      if (unheard.isEmpty()) {
        readNow(state, tenant);
        return;
      }
      state.progress(optionsReader.progress(state.request().payload()));
      CompletionStage<Boolean> asked =
          runs.look(unheard.get()).handle((done, failure) -> failure == null);
      steps.next(state, asked, answered -> looked(state, tenant, answered));
    } catch (ProtocolException refused) {
      refused(state, () -> answers.refuse(state, refused.error()));
    }
  }

  private void looked(NewSessionState state, Tenant tenant, boolean storeAnswered) {
    if (!storeAnswered) {
      refused(state, () -> answers.refuseForNow(state, Refusals.storeGone()));
      return;
    }
    try {
      readNow(state, tenant);
    } catch (ProtocolException refused) {
      refused(state, () -> answers.refuse(state, refused.error()));
    }
  }

  private void readNow(NewSessionState state, Tenant tenant) {
    NewSessionRequest request = state.request();
    if (!optionsReader.isLarge(request)) {
      admitted.accept(state, optionsReader.read(request, tenant));
      return;
    }
    state.progress(optionsReader.progress(request.payload()));
    CompletionStage<NewSessionOptions> options = optionsReader.readElsewhere(request, tenant);
    steps.next(state, options.handle(ReadOptions::new), read -> read(state, read));
  }

  private record ReadOptions(@Nullable NewSessionOptions options, @Nullable Throwable failure) {}

  private void read(NewSessionState state, ReadOptions read) {
    if (read.options() != null) {
      admitted.accept(state, read.options());
    } else if (read.failure() != null
        && read.failure().getCause() instanceof ProtocolException refused) {
      refused(state, () -> answers.refuse(state, refused.error()));
    } else {
      steps.broken(state, read.failure());
    }
  }

  void refused(NewSessionState state, Runnable answer) {
    switch (state.fire(Event.REFUSED)) {
      case ANSWER_ERROR -> answer.run();
      case NONE -> {}
      default -> throw noEffectOf(Event.REFUSED);
    }
  }
}
