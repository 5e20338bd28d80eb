package io.gridfleet.lb.newsession;

import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.Order;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.newsession.NewSessionListener.Phase;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.EndSession.NodeKnows;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The story of a new session: admit, read the wish, place, attempt, again or publish, answer. Each
 * method is a chapter and ends by beginning the next one; nothing else decides the order. Every
 * chapter runs on the executor of the request.
 */
public final class NewSessionFlow {
  private static final Logger log = LoggerFactory.getLogger(NewSessionFlow.class);

  private final Admission admission;
  private final WishReader wishes;
  private final Distributor distributor;
  private final Attempts attempts;
  private final Publisher publisher;
  private final EndSession endSession;
  private final WaitsOfRuns runs;
  private final NewSessionListener listener;
  private final InstantSource clock;
  private final Explanations explanations;
  private final KeptPlaces places = new KeptPlaces();
  private final AtomicLong arrivals = new AtomicLong();
  private final AtomicInteger unsettled = new AtomicInteger();

  /** What the story needs of its neighbours. */
  public record Parts(
      Admission admission,
      WishReader wishes,
      Distributor distributor,
      Attempts attempts,
      Publisher publisher,
      EndSession endSession,
      WaitsOfRuns runs) {}

  public NewSessionFlow(Parts parts, NewSessionListener listener, InstantSource clock) {
    this.admission = parts.admission();
    this.wishes = parts.wishes();
    this.distributor = parts.distributor();
    this.explanations = new Explanations(parts.distributor());
    this.attempts = parts.attempts();
    this.publisher = parts.publisher();
    this.endSession = parts.endSession();
    this.runs = parts.runs();
    this.listener = listener;
    this.clock = clock;
  }

  /** Begins the story of a request; call it on the request's executor. */
  public PendingSession begin(NewSessionRequest request) {
    Story story = new Story(request, this::clientLeft);
    try {
      Tenant tenant = admission.admit(request.origin().credentials());
      Optional<String> unheard = wishes.unheardRun(request);
      if (unheard.isPresent()) {
        story.progress(wishes.progress(request.payload()));
        CompletionStage<Boolean> asked =
            runs.look(unheard.get()).handle((done, failure) -> failure == null);
        chapter(story, asked, answered -> looked(story, tenant, answered));
      } else {
        admit(story, tenant);
      }
    } catch (ProtocolException refused) {
      refuse(story, refused.error());
    }
    return story;
  }

  private void looked(Story story, Tenant tenant, boolean storeAnswered) {
    if (story.gone()) {
      return;
    }
    if (!storeAnswered) {
      refuse(story, Refusals.storeGone());
      return;
    }
    try {
      admit(story, tenant);
    } catch (ProtocolException refused) {
      refuse(story, refused.error());
    }
  }

  private void admit(Story story, Tenant tenant) {
    NewSessionRequest request = story.request();
    SessionWish wish = wishes.read(request, tenant);
    story.wish(wish);
    story.order(order(request, wish));
    listener.admitted(request, wish);
    place(story);
  }

  /** What signs of life a request wants; none where it can't be read. */
  SessionWish.Progress progress(NewSessionRequest request) {
    try {
      return wishes.progress(request.payload());
    } catch (ProtocolException refusedLater) {
      return SessionWish.Progress.OFF;
    }
  }

  private Order order(NewSessionRequest request, SessionWish wish) {
    Order.Turn kept = places.take(request);
    Order.Turn turn =
        kept != null
            ? kept
            : new Order.Turn(
                wish.choice().priority(), request.arrival(), arrivals.incrementAndGet());
    return new Order(
        request.id(),
        wish.questions(),
        turn,
        new Order.Preference(wish.choice().strategy(), wish.choice().avoidFailed(), Set.of()),
        new Order.Quota(wish.tenant().name(), wish.tenant().maxSessions()));
  }

  private void place(Story story) {
    Instant asked = clock.instant();
    Distributor.Wait wait = distributor.place(story.order(), story.left(asked));
    story.waiting(wait);
    if (wait.queued()) {
      listener.queued(story.request());
      story.step(asked, "waiting", "waiting for a device");
    }
    story.wish().labels().run().ifPresent(run -> runs.watch(run, wait));
    chapter(story, wait.outcome(), placement -> placed(story, placement, asked));
  }

  /**
   * Goes on with the next chapter on the request's executor. A chapter that breaks is a mistake of
   * ours: the client is answered and what was taken is given back, as far as it is known.
   */
  private <T> void chapter(Story story, CompletionStage<T> before, Consumer<T> next) {
    before
        .thenAcceptAsync(next, story.request().executor())
        .exceptionally(
            mistake -> {
              story.request().executor().execute(() -> broken(story, mistake));
              return null;
            });
  }

  private void broken(Story story, Throwable mistake) {
    log.error("the story of request {} broke", story.request().id(), mistake);
    Session session = story.session();
    DeviceLock lock = story.holding();
    Attempt attempt = story.attempt();
    if (lock != null) {
      unsettled.decrementAndGet();
    }
    if (session != null) {
      endSession.end(session.id(), EndReason.CLIENT_GONE, NodeKnows.TELL_IT);
    } else if (lock != null && attempt != null) {
      attempts.cleanUpLate(attempt, lock);
    } else if (lock != null) {
      attempts.release(lock);
    }
    refuse(story, WebDriverError.of(ErrorCode.UNKNOWN_ERROR, "Something is wrong in GridFleet LB"));
  }

  private void placed(Story story, Placement placement, Instant asked) {
    if (placement instanceof Placement.Placed placed) {
      if (story.gone()) {
        distributor.release(placed.lock()).thenRun(() -> cleanedUp(story, placed.device()));
        return;
      }
      Instant now = clock.instant();
      listener.placed(story.request(), placed.device(), Duration.between(asked, now));
      attempt(story, placed, now);
    } else if (!story.gone()) {
      refuse(story, refusal(story, placement));
    }
  }

  private WebDriverError refusal(Story story, Placement placement) {
    WebDriverError error = Refusals.of(placement, story.wish(), story.attempts(), explanations);
    AttemptOutcome.DeviceFailed last = story.lastFailure();
    return last == null || placement instanceof Placement.Removed
        ? error
        : Refusals.afterAttempts(Refusals.lastWords(last), error.data(), story.attempts());
  }

  /** Attempts whose session isn't recorded yet and whose device isn't free again. */
  public int unsettled() {
    return unsettled.get();
  }

  private void attempt(Story story, Placement.Placed placed, Instant begun) {
    story.holding(placed.lock());
    unsettled.incrementAndGet();
    Attempt attempt = attempts.start(story, placed);
    story.attempting(attempt);
    story.step(begun, "starting", "starting a session on " + placed.device().name());
    listener.attempted(story.request(), placed.device());
    chapter(story, attempt.outcome(), outcome -> attempted(story, placed, attempt, outcome, begun));
  }

  private void attempted(
      Story story,
      Placement.Placed placed,
      Attempt attempt,
      AttemptOutcome outcome,
      Instant begun) {
    Instant now = clock.instant();
    Device device = placed.device();
    Duration took = Duration.between(begun, now);
    listener.attemptEnded(story.request(), device, outcome, took);
    attempts.judge(story, device, outcome);
    switch (RetryPolicy.after(outcome, story.wish().choice(), story.left(now))) {
      case PUBLISH -> publish(story, placed, (AttemptOutcome.Created) outcome);
      case NOTHING -> giveBack(story, placed.lock(), attempt);
      case AS_THE_NODE_SAID ->
          chapter(
              story,
              giveBack(story, placed.lock(), attempt),
              done -> asTheNodeSaid(story, outcome));
      case AGAIN -> {
        noteFailure(story, device, outcome, took);
        story.step(now, "failed", device.name() + " failed");
        chapter(story, giveBack(story, placed.lock(), attempt), done -> again(story));
      }
      case GIVE_UP -> {
        noteFailure(story, device, outcome, took);
        chapter(story, giveBack(story, placed.lock(), attempt), done -> giveUp(story));
      }
    }
  }

  private static void noteFailure(
      Story story, Device device, AttemptOutcome outcome, Duration took) {
    if (outcome instanceof AttemptOutcome.DeviceFailed failure) {
      story.failed(new AttemptRecord(device, failure.cause(), took), failure);
    } else {
      story.lockLost(new AttemptRecord(device, "the lock expired before the node was asked", took));
    }
  }

  /**
   * Frees the device of a failed attempt; where the node may still create the session, only when it
   * has said so and the session is deleted. Doesn't wait for that.
   */
  private CompletionStage<Void> giveBack(Story story, DeviceLock lock, Attempt attempt) {
    story.attempting(null);
    story.holding(null);
    if (!attempt.mayLeaveOne()) {
      return attempts.release(lock).whenComplete((done, failure) -> unsettled.decrementAndGet());
    }
    attempts
        .cleanUpLate(attempt, lock)
        .whenComplete((done, failure) -> unsettled.decrementAndGet())
        .thenRunAsync(() -> cleanedUp(story, attempt.device()), story.request().executor());
    return CompletableFuture.completedFuture(null);
  }

  private void again(Story story) {
    if (!story.gone()) {
      place(story);
    }
  }

  private void giveUp(Story story) {
    AttemptOutcome.DeviceFailed last = story.lastFailure();
    WebDriverError error =
        last == null ? Refusals.plain(Refusals.NONE_AVAILABLE) : Refusals.lastWords(last);
    refuse(story, Refusals.afterAttempts(error, Map.of(), story.attempts()));
  }

  private void asTheNodeSaid(Story story, AttemptOutcome outcome) {
    if (outcome instanceof AttemptOutcome.Refused refused) {
      answerRefused(
          story,
          refused.error(),
          new NewSessionAnswer(refused.status(), refused.body(), Optional.empty()));
    } else if (outcome instanceof AttemptOutcome.DeviceFailed failed) {
      WebDriverError error = Refusals.lastWords(failed);
      answerRefused(
          story,
          error,
          failed
              .answer()
              .map(said -> new NewSessionAnswer(said.status(), said.body(), Optional.empty()))
              .orElseGet(() -> NewSessionAnswer.of(error, story.request().payload().legacy())));
    }
  }

  private void publish(Story story, Placement.Placed placed, AttemptOutcome.Created created) {
    CompletionStage<Publisher.Published> publication;
    try {
      publication = publisher.publish(story, placed, created);
    } catch (RuntimeException mistake) {
      publication = CompletableFuture.failedFuture(mistake);
    }
    story.holding(null);
    publication = publication.whenComplete((done, failure) -> unsettled.decrementAndGet());
    publication
        .handle(
            (done, failure) -> done != null ? done : notPublished(story, placed, created, failure))
        .thenAccept(
            done -> {
              if (done != null) {
                chapter(
                    story,
                    CompletableFuture.completedFuture(done),
                    published -> published(story, published));
              }
            });
  }

  private Publisher.@Nullable Published notPublished(
      Story story,
      Placement.Placed placed,
      AttemptOutcome.Created created,
      @Nullable Throwable failure) {
    log.warn("session {} can't be recorded: {}", created.id(), String.valueOf(failure));
    attempts
        .discard(placed, created.id())
        .thenRunAsync(() -> cleanedUp(story, placed.device()), story.request().executor());
    story.request().executor().execute(() -> refuse(story, Publisher.error(failure)));
    return null;
  }

  private void published(Story story, Publisher.Published published) {
    Session session = published.session();
    story.published(session);
    listener.published(story.request(), session);
    if (story.gone()) {
      endForNobody(story, session, published.device());
      return;
    }
    Duration took = Duration.between(story.request().arrival(), clock.instant());
    listener.created(story.request(), session, took);
    story.answer(published.answer());
  }

  private void clientLeft(Story story, Phase phase) {
    listener.clientLeft(story.request(), phase);
    Session session = story.session();
    if (phase == Phase.QUEUED) {
      places.keep(story.request(), story.order().turn());
    } else if (session != null) {
      publisher.device(session).ifPresent(device -> endForNobody(story, session, device));
    }
  }

  private void endForNobody(Story story, Session session, Device device) {
    endSession
        .end(session.id(), EndReason.CLIENT_GONE, NodeKnows.TELL_IT)
        .thenRun(() -> cleanedUp(story, device));
  }

  private void cleanedUp(Story story, Device device) {
    listener.cleanedUp(story.request(), device);
  }

  private void refuse(Story story, WebDriverError error) {
    boolean legacy = story.request().payload().legacy();
    answerRefused(story, error, NewSessionAnswer.of(error, legacy));
  }

  private void answerRefused(Story story, WebDriverError error, NewSessionAnswer answer) {
    Duration took = Duration.between(story.request().arrival(), clock.instant());
    listener.refused(story.request(), error, took);
    story.answer(answer);
  }

  /** The error of a request that can't be served because we are stopping. */
  public static WebDriverError stopping() {
    return WebDriverError.of(
        ErrorCode.SESSION_NOT_CREATED,
        Refusals.NONE_AVAILABLE + ": this server is stopping; try again");
  }
}
