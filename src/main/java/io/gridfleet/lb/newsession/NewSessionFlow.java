package io.gridfleet.lb.newsession;

import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.Order;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.listener.IsolatedListeners;
import io.gridfleet.lb.newsession.NewSessionListener.Phase;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The story of a new session: admit and read the wish in {@link #begin}, then place, attempt, again
 * or publish in {@link #tell}, which is the chapter list; {@link Endings} answers. Nothing else
 * decides the order. Every chapter runs on the executor of the request.
 */
public final class NewSessionFlow {
  private static final Logger log = LoggerFactory.getLogger(NewSessionFlow.class);

  private final Admission admission;
  private final WishReader wishes;
  private final Distributor distributor;
  private final Attempts attempts;
  private final Avoidance avoidance;
  private final Publisher publisher;
  private final WaitsOfRuns runs;
  private final Endings endings;
  private final NewSessionListener listener;
  private final InstantSource clock;
  private final KeptPlaces places = new KeptPlaces();
  private final AtomicLong arrivals = new AtomicLong();

  /** What the story needs of its neighbours. */
  public record Parts(
      Admission admission,
      WishReader wishes,
      Distributor distributor,
      Trying trying,
      Publisher publisher,
      EndSession endSession,
      WaitsOfRuns runs) {}

  /** How devices are tried, and what becomes of those that fail. */
  public record Trying(Attempts attempts, Avoidance avoidance) {}

  public NewSessionFlow(Parts parts, NewSessionListener listener, InstantSource clock) {
    this.admission = parts.admission();
    this.wishes = parts.wishes();
    this.distributor = parts.distributor();
    this.attempts = parts.trying().attempts();
    this.avoidance = parts.trying().avoidance();
    this.publisher = parts.publisher();
    this.runs = parts.runs();
    this.listener = IsolatedListeners.of(NewSessionListener.class, listener);
    this.endings =
        new Endings(attempts, publisher, distributor, parts.endSession(), this.listener, clock);
    this.clock = clock;
  }

  /** Why a request with these credentials would be refused whatever it asks for. */
  public Optional<WebDriverError> refusal(Credentials credentials, String client) {
    try {
      admission.admit(credentials);
      return Optional.empty();
    } catch (ProtocolException stranger) {
      listener.unauthorized(client, stranger.error());
      return Optional.of(stranger.error());
    }
  }

  /** Whose requests are counted together: a tenant's; without tokens, those from one address. */
  String caller(NewSessionRequest request) {
    try {
      Tenant tenant = admission.admit(request.origin().credentials());
      if (!tenant.isAnonymous()) {
        return "tenant " + tenant.name();
      }
    } catch (ProtocolException stranger) {
      log.debug("request {} has no tenant any more", request.id());
    }
    return "address " + request.origin().client().address();
  }

  /** Begins the story of a request, which is always answered; call it on its executor. */
  public PendingSession begin(NewSessionRequest request) {
    Story story = new Story(request, this::clientLeft);
    try {
      Tenant tenant = admission.admit(request.origin().credentials());
      hear(story, tenant);
    } catch (ProtocolException stranger) {
      endings.refuseForNow(story, stranger.error());
    } catch (RuntimeException mistake) {
      endings.broken(story, mistake);
    }
    return story;
  }

  /** A run that nobody here has heard of is asked for in the store first. */
  private void hear(Story story, Tenant tenant) {
    try {
      Optional<String> unheard = wishes.unheardRun(story.request(), tenant);
      if (unheard.isEmpty()) {
        read(story, tenant);
        return;
      }
      story.progress(wishes.progress(story.request().payload()));
      CompletionStage<Boolean> asked =
          runs.look(unheard.get()).handle((done, failure) -> failure == null);
      chapter(story, asked, answered -> looked(story, tenant, answered));
    } catch (ProtocolException refused) {
      endings.refuse(story, refused.error());
    }
  }

  private void looked(Story story, Tenant tenant, boolean storeAnswered) {
    if (story.gone()) {
      return;
    }
    if (storeAnswered) {
      try {
        read(story, tenant);
      } catch (ProtocolException refused) {
        endings.refuse(story, refused.error());
      }
    } else {
      endings.refuseForNow(story, Refusals.storeGone());
    }
  }

  private void read(Story story, Tenant tenant) {
    NewSessionRequest request = story.request();
    if (!wishes.isLarge(request)) {
      admitted(story, wishes.read(request, tenant));
      return;
    }
    story.progress(wishes.progress(request.payload()));
    CompletionStage<SessionWish> wish = wishes.readElsewhere(request, tenant);
    chapter(story, wish.handle(WishRead::new), read -> read(story, read));
  }

  private record WishRead(@Nullable SessionWish wish, @Nullable Throwable failure) {}

  private void read(Story story, WishRead read) {
    if (story.gone()) {
      return;
    }
    if (read.wish() != null) {
      admitted(story, read.wish());
    } else if (read.failure() != null
        && read.failure().getCause() instanceof ProtocolException refused) {
      endings.refuse(story, refused.error());
    } else {
      endings.broken(story, read.failure());
    }
  }

  private void admitted(Story story, SessionWish wish) {
    story.wish(wish);
    story.order(order(story.request(), wish));
    listener.admitted(story.request(), wish);
    tell(story);
  }

  /** The chapter list: each chapter hands one value to the next. */
  private void tell(Story story) {
    Instant asked = clock.instant();
    chapter(
        story,
        place(story, asked),
        placement -> {
          if (story.gone()) {
            gone(story, placement);
          } else if (placement instanceof Placement.Placed placed) {
            Trial trial = attempt(story, placed, asked);
            chapter(story, trial.attempt().outcome(), outcome -> attempted(story, trial, outcome));
          } else {
            endings.notPlaced(story, placement);
          }
        });
  }

  /**
   * What an attempt says of its device is durable before its lock is released, another attempt
   * begins or the client reads an answer.
   */
  private void attempted(Story story, Trial trial, AttemptOutcome outcome) {
    Duration took = Duration.between(trial.begun(), clock.instant());
    listener.attemptEnded(story.request(), trial.device(), outcome, took);
    CompletionStage<Void> recorded = avoidance.judge(story.request(), trial.device(), outcome);
    RetryPolicy.Next next = judged(story, trial.device(), outcome, took);
    if (outcome instanceof AttemptOutcome.Created created) {
      publish(story, trial, created, recorded);
    } else {
      chapter(story, recorded, done -> afterFailure(story, trial, outcome, next));
    }
  }

  private void afterFailure(
      Story story, Trial trial, AttemptOutcome outcome, RetryPolicy.Next next) {
    switch (next) {
      case AGAIN -> chapter(story, endings.giveBack(story, trial), done -> again(story));
      case GIVE_UP -> chapter(story, endings.giveBack(story, trial), done -> endings.giveUp(story));
      case AS_THE_NODE_SAID ->
          chapter(
              story,
              endings.giveBack(story, trial),
              done -> endings.asTheNodeSaid(story, trial, outcome));
      case NOTHING, PUBLISH -> endings.giveBack(story, trial);
    }
  }

  /** Goes on with the next chapter on the request's executor; one that breaks ends the story. */
  private <T> void chapter(Story story, CompletionStage<T> before, Consumer<T> next) {
    before
        .thenAcceptAsync(next, story.request().executor())
        .exceptionally(
            mistake -> {
              story.request().executor().execute(() -> endings.broken(story, mistake));
              return null;
            });
  }

  /** Reads a body; the stage may complete on another thread. */
  CompletionStage<NewSessionPayload> payload(byte[] body) {
    return wishes.payload(body);
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
        new Quota(wish.tenant().name(), wish.tenant().maxSessions()));
  }

  private CompletionStage<Placement> place(Story story, Instant asked) {
    Distributor.Wait wait = distributor.place(story.order(), story.left(asked));
    story.waiting(wait);
    if (wait.queued().isDone()) {
      waits(story, asked);
    } else {
      var unused =
          wait.queued().thenRunAsync(() -> waits(story, asked), story.request().executor());
    }
    story.wish().labels().run().ifPresent(run -> runs.watch(run, wait));
    return wait.outcome();
  }

  private void waits(Story story, Instant asked) {
    if (!story.gone()) {
      listener.queued(story.request());
      story.step(asked, "waiting", "waiting for a device");
    }
  }

  private void gone(Story story, Placement placement) {
    if (placement instanceof Placement.Placed placed) {
      endings.unwanted(story, placed);
    }
  }

  private Trial attempt(Story story, Placement.Placed placed, Instant asked) {
    Instant begun = clock.instant();
    story.holding(placed.lock());
    listener.placed(story.request(), placed.device(), Duration.between(asked, begun));
    Attempt attempt = attempts.start(story, placed);
    story.attempting(attempt);
    story.step(begun, "starting", "starting a session on " + placed.device().name());
    listener.attempted(story.request(), placed.device());
    return new Trial(placed, attempt, begun);
  }

  private RetryPolicy.Next judged(
      Story story, Device device, AttemptOutcome outcome, Duration took) {
    Instant now = clock.instant();
    RetryPolicy.Next next = RetryPolicy.after(outcome, story.wish().choice(), story.left(now));
    if (next == RetryPolicy.Next.AGAIN || next == RetryPolicy.Next.GIVE_UP) {
      story.failed(device, outcome, took);
    }
    if (next == RetryPolicy.Next.AGAIN) {
      story.step(now, "failed", device.name() + " failed");
    }
    return next;
  }

  private void again(Story story) {
    if (!story.gone()) {
      tell(story);
    }
  }

  private void publish(
      Story story, Trial trial, AttemptOutcome.Created created, CompletionStage<Void> recorded) {
    CompletionStage<Publisher.Result> publication;
    try {
      publication = publisher.publish(story, trial.placed(), created);
    } catch (RuntimeException mistake) {
      log.error("the answer of session {} can't be made", created.id(), mistake);
      publication =
          CompletableFuture.completedFuture(
              new Publisher.NotPublished(Refusals.mistake(), mistake.toString(), Optional.empty()));
    }
    story.holding(null);
    chapter(
        story,
        publication.thenCombine(recorded, (result, done) -> result),
        result -> {
          if (result instanceof Publisher.Published done) {
            endings.created(story, done);
          } else {
            endings.notPublished(story, trial, created, (Publisher.NotPublished) result);
          }
        });
  }

  private void clientLeft(Story story, Phase phase) {
    listener.clientLeft(story.request(), phase);
    Session session = story.session();
    if (phase == Phase.QUEUED) {
      places.keep(story.request(), story.order().turn());
    } else if (session != null) {
      publisher.device(session).ifPresent(device -> endings.forNobody(story, session, device));
    }
  }

  /** Attempts whose session isn't recorded yet and whose device isn't free again. */
  public int unsettled() {
    return attempts.unsettled();
  }

  /** The error of a request that can't be served because we are stopping. */
  public static WebDriverError stopping() {
    return WebDriverError.of(
        ErrorCode.SESSION_NOT_CREATED,
        Refusals.NONE_AVAILABLE + ": this server is stopping; try again");
  }
}
