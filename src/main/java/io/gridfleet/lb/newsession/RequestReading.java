package io.gridfleet.lb.newsession;

import static io.gridfleet.lb.newsession.RequestSteps.noEffectOf;

import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.newsession.NewSessionMachine.Event;
import io.gridfleet.lb.webdriver.ProtocolException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The first state of a request: what it asks for is read at once, except where its run has to be
 * looked for in the store first, or where its body is large and is read on another thread.
 */
final class RequestReading {
  private final WishReader wishes;
  private final WaitsOfRuns runs;
  private final ClientAnswers answers;
  private final RequestSteps steps;
  private final BiConsumer<Story, SessionWish> admitted;

  /**
   * @param admitted goes on with what was read, on the executor of the request
   */
  RequestReading(
      WishReader wishes,
      WaitsOfRuns runs,
      ClientAnswers answers,
      RequestSteps steps,
      BiConsumer<Story, SessionWish> admitted) {
    this.wishes = wishes;
    this.runs = runs;
    this.answers = answers;
    this.steps = steps;
    this.admitted = admitted;
  }

  /** A run that nobody here has heard of is asked for in the store first. */
  void read(Story story, Tenant tenant) {
    try {
      Optional<String> unheard = wishes.unheardRun(story.request(), tenant);
      if (unheard.isEmpty()) {
        readNow(story, tenant);
        return;
      }
      story.progress(wishes.progress(story.request().payload()));
      CompletionStage<Boolean> asked =
          runs.look(unheard.get()).handle((done, failure) -> failure == null);
      steps.next(story, asked, answered -> looked(story, tenant, answered));
    } catch (ProtocolException refused) {
      refused(story, () -> answers.refuse(story, refused.error()));
    }
  }

  private void looked(Story story, Tenant tenant, boolean storeAnswered) {
    if (!storeAnswered) {
      refused(story, () -> answers.refuseForNow(story, Refusals.storeGone()));
      return;
    }
    try {
      readNow(story, tenant);
    } catch (ProtocolException refused) {
      refused(story, () -> answers.refuse(story, refused.error()));
    }
  }

  private void readNow(Story story, Tenant tenant) {
    NewSessionRequest request = story.request();
    if (!wishes.isLarge(request)) {
      admitted.accept(story, wishes.read(request, tenant));
      return;
    }
    story.progress(wishes.progress(request.payload()));
    CompletionStage<SessionWish> wish = wishes.readElsewhere(request, tenant);
    steps.next(story, wish.handle(WishRead::new), read -> read(story, read));
  }

  private record WishRead(@Nullable SessionWish wish, @Nullable Throwable failure) {}

  private void read(Story story, WishRead read) {
    if (read.wish() != null) {
      admitted.accept(story, read.wish());
    } else if (read.failure() != null
        && read.failure().getCause() instanceof ProtocolException refused) {
      refused(story, () -> answers.refuse(story, refused.error()));
    } else {
      steps.broken(story, read.failure());
    }
  }

  void refused(Story story, Runnable answer) {
    switch (story.fire(Event.REFUSED)) {
      case ANSWER_ERROR -> answer.run();
      case NONE -> {}
      default -> throw noEffectOf(Event.REFUSED);
    }
  }
}
