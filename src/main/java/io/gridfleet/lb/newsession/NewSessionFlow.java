package io.gridfleet.lb.newsession;

import static io.gridfleet.lb.newsession.RequestSteps.noEffectOf;

import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.Order;
import io.gridfleet.lb.listener.IsolatedListeners;
import io.gridfleet.lb.newsession.NewSessionListener.Phase;
import io.gridfleet.lb.newsession.NewSessionMachine.Event;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries new session requests from their arrival to their answer. {@link NewSessionMachine} says
 * what is to be done after each event; it is done in {@link RequestReading}, in {@link
 * SessionCreation} and, where a client leaves, here. What completes then is the next event.
 *
 * <p>Threads: each request belongs to one executor, its event loop, and all its events are handled
 * there; {@link RequestSteps} brings back what other threads complete. Requests on different loops
 * share thread-safe neighbours, the kept places and a counter, and no lock. {@link #begin} and
 * {@link PendingSession#clientLeft} are called on that executor; the other methods on any thread.
 *
 * <p>Invariants: a request that has begun is answered once, unless its client leaves before; what
 * was taken for it is given back by whoever the state says holds it. An exception in an effect, and
 * an event that the table doesn't know, end the request in {@link RequestSteps#broken}.
 */
public final class NewSessionFlow {
  private static final Logger log = LoggerFactory.getLogger(NewSessionFlow.class);

  private final Admission admission;
  private final WishReader wishes;
  private final Attempts attempts;
  private final ClientAnswers answers;
  private final LockReturn locks;

  /** What a stage that another thread completes comes back through; tests break requests by it. */
  final RequestSteps steps;

  private final RequestReading reading;
  private final SessionCreation creation;
  private final NewSessionListener listener;

  /** Shared by all loops: a repeat may arrive on another loop than the one its client left. */
  private final KeptPlaces places = new KeptPlaces();

  /** Shared by all loops: tells requests apart that arrived in the same instant. */
  private final AtomicLong arrivals = new AtomicLong();

  /** What the flow needs of its neighbours. */
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
    this.attempts = parts.trying().attempts();
    this.listener = IsolatedListeners.of(NewSessionListener.class, listener);
    this.answers = new ClientAnswers(this.listener, clock);
    this.locks =
        new LockReturn(
            attempts, parts.publisher(), parts.distributor(), parts.endSession(), this.listener);
    this.steps = new RequestSteps(answers, locks);
    this.reading = new RequestReading(wishes, parts.runs(), answers, steps, this::admitted);
    this.creation = new SessionCreation(parts, answers, locks, steps, this.listener, clock);
  }

  /**
   * Any thread; asked before the body of a request is read, so that a stranger's isn't.
   *
   * @return why a request with these credentials would be refused whatever it asks for
   */
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
  public String caller(NewSessionRequest request) {
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

  /**
   * Begins a request, which is always answered; call it on its executor. What needs neither the
   * store nor another thread has happened when this returns: a small request is in the queue.
   */
  public PendingSession begin(NewSessionRequest request) {
    Story story = new Story(request, this::clientLeft);
    try {
      reading.read(story, admission.admit(request.origin().credentials()));
    } catch (ProtocolException stranger) {
      reading.refused(story, () -> answers.refuseForNow(story, stranger.error()));
    } catch (RuntimeException mistake) {
      steps.broken(story, mistake);
    }
    return story;
  }

  /**
   * A place that was kept is taken only now: a client that left meanwhile would lose it for its
   * next repeat.
   */
  private void admitted(Story story, SessionWish wish) {
    switch (story.fire(Event.READ)) {
      case PLACE -> {
        story.asks(wish, order(story.request(), wish));
        listener.admitted(story.request(), wish);
        creation.place(story);
      }
      case NONE -> {}
      default -> throw noEffectOf(Event.READ);
    }
  }

  /**
   * The number is taken when the request is admitted, not when it arrived: a request whose run was
   * looked for first goes behind those that were admitted meanwhile, where both arrived together.
   */
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

  /** Never throws: the caller is a connection that closes, and has no use for an exception. */
  private void clientLeft(Story story) {
    try {
      left(story);
    } catch (RuntimeException mistake) {
      steps.broken(story, mistake);
    }
  }

  /**
   * The state has changed before anything is carried out: an abandoned attempt completes at once,
   * and its outcome is an event of a request whose client has left.
   */
  private void left(Story story) {
    switch (story.fire(Event.CLIENT_LEFT)) {
      case LEAVE_QUEUE -> leaveQueue(story);
      case ABANDON_ATTEMPT -> {
        listener.clientLeft(story.request(), Phase.ATTEMPT);
        story.holding().abandon();
      }
      case REPORT -> listener.clientLeft(story.request(), Phase.ATTEMPT);
      case END_SESSION -> {
        listener.clientLeft(story.request(), Phase.CREATED);
        story.holding().giveBack(story.request(), locks);
      }
      case NONE -> {}
      default -> throw noEffectOf(Event.CLIENT_LEFT);
    }
  }

  /**
   * The wait ends before its place is offered: a repeat may take it on another loop at once, and
   * would find this request before itself in the queue. A device that the store grants meanwhile is
   * released by the distributor, or comes as an event in {@code LEFT}.
   */
  private void leaveQueue(Story story) {
    story.letGo().abandon();
    listener.clientLeft(story.request(), Phase.QUEUED);
    places.keep(story.request(), story.order().turn());
  }

  /** Reads a body; large ones on another thread, where the stage completes then. Any thread. */
  public CompletionStage<NewSessionPayload> payload(byte[] body) {
    return wishes.payload(body);
  }

  /** What signs of life a request wants; none where it can't be read. */
  public SessionWish.Progress progress(NewSessionRequest request) {
    try {
      return wishes.progress(request.payload());
    } catch (ProtocolException refusedLater) {
      return SessionWish.Progress.OFF;
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
