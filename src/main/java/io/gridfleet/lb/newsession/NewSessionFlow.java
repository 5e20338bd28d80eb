package io.gridfleet.lb.newsession;

import static io.gridfleet.lb.newsession.RequestSteps.noEffectOf;

import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.listener.IsolatedListeners;
import io.gridfleet.lb.newsession.NewSessionListener.Phase;
import io.gridfleet.lb.newsession.NewSessionMachine.Event;
import io.gridfleet.lb.newsession.answer.Publisher;
import io.gridfleet.lb.newsession.attempt.Attempts;
import io.gridfleet.lb.newsession.attempt.Avoidance;
import io.gridfleet.lb.newsession.capabilities.NewSessionOptionsReader;
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
  private final NewSessionOptionsReader optionsReader;
  private final Attempts attempts;
  private final ClientAnswers answers;
  private final LockReturn locks;

  /** What a stage that another thread completes comes back through; tests break requests by it. */
  final RequestSteps steps;

  private final RequestReading reading;
  private final SessionCreation creation;
  private final NewSessionListener listener;

  /** Shared by all loops: a repeat may arrive on another loop than the one its client left. */
  private final ReclaimablePlaces places = new ReclaimablePlaces();

  /** Shared by all loops: tells requests apart that arrived in the same instant. */
  private final AtomicLong arrivals = new AtomicLong();

  /** What the flow needs of its neighbours. */
  public record Parts(
      Admission admission,
      NewSessionOptionsReader optionsReader,
      Distributor distributor,
      Trying trying,
      Publisher publisher,
      EndSession endSession,
      RunWaits runs) {}

  /** How devices are tried, and what becomes of those that fail. */
  public record Trying(Attempts attempts, Avoidance avoidance) {}

  public NewSessionFlow(Parts parts, NewSessionListener listener, InstantSource clock) {
    this.admission = parts.admission();
    this.optionsReader = parts.optionsReader();
    this.attempts = parts.trying().attempts();
    this.listener = IsolatedListeners.of(NewSessionListener.class, listener);
    this.answers = new ClientAnswers(this.listener, clock);
    this.locks =
        new LockReturn(
            attempts, parts.publisher(), parts.distributor(), parts.endSession(), this.listener);
    this.steps = new RequestSteps(answers, locks);
    this.reading = new RequestReading(optionsReader, parts.runs(), answers, steps, this::admitted);
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
    NewSessionState state = new NewSessionState(request, this::clientLeft);
    try {
      reading.read(state, admission.admit(request.origin().credentials()));
    } catch (ProtocolException stranger) {
      reading.refused(state, () -> answers.refuseForNow(state, stranger.error()));
    } catch (RuntimeException mistake) {
      steps.broken(state, mistake);
    }
    return state;
  }

  /**
   * A place that was kept is taken only now: a client that left meanwhile would lose it for its
   * next repeat.
   */
  private void admitted(NewSessionState state, NewSessionOptions options) {
    switch (state.fire(Event.READ)) {
      case PLACE -> {
        state.asks(options, placement(state.request(), options));
        listener.admitted(state.request(), options);
        creation.place(state);
      }
      case NONE -> {}
      default -> throw noEffectOf(Event.READ);
    }
  }

  /**
   * The number is taken when the request is admitted, not when it arrived: a request whose run was
   * looked for first goes behind those that were admitted meanwhile, where both arrived together.
   */
  private PlacementRequest placement(NewSessionRequest request, NewSessionOptions options) {
    PlacementRequest.QueuePosition kept = places.take(request);
    PlacementRequest.QueuePosition turn =
        kept != null
            ? kept
            : new PlacementRequest.QueuePosition(
                options.choice().priority(), request.arrival(), arrivals.incrementAndGet());
    return new PlacementRequest(
        request.id(),
        options.questions(),
        turn,
        new PlacementRequest.Preference(
            options.choice().strategy(), options.choice().avoidFailed(), Set.of()),
        new Quota(options.tenant().name(), options.tenant().maxSessions()));
  }

  /** Never throws: the caller is a connection that closes, and has no use for an exception. */
  private void clientLeft(NewSessionState state) {
    try {
      left(state);
    } catch (RuntimeException mistake) {
      steps.broken(state, mistake);
    }
  }

  /**
   * The state has changed before anything is carried out: an abandoned attempt completes at once,
   * and its outcome is an event of a request whose client has left.
   */
  private void left(NewSessionState state) {
    switch (state.fire(Event.CLIENT_LEFT)) {
      case LEAVE_QUEUE -> leaveQueue(state);
      case ABANDON_ATTEMPT -> {
        listener.clientLeft(state.request(), Phase.ATTEMPT);
        state.holding().abandon();
      }
      case REPORT -> listener.clientLeft(state.request(), Phase.ATTEMPT);
      case END_SESSION -> {
        listener.clientLeft(state.request(), Phase.CREATED);
        state.holding().giveBack(state.request(), locks);
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
  private void leaveQueue(NewSessionState state) {
    state.letGo().abandon();
    listener.clientLeft(state.request(), Phase.QUEUED);
    places.keep(state.request(), state.placement().turn());
  }

  /** Reads a body; large ones on another thread, where the stage completes then. Any thread. */
  public CompletionStage<NewSessionPayload> payload(byte[] body) {
    return optionsReader.payload(body);
  }

  /** What signs of life a request wants; none where it can't be read. */
  public NewSessionOptions.Progress progress(NewSessionRequest request) {
    try {
      return optionsReader.progress(request.payload());
    } catch (ProtocolException refusedLater) {
      return NewSessionOptions.Progress.OFF;
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
