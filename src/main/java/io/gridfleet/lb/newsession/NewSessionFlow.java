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
 * Processes new session requests from arrival to answer. {@link NewSessionMachine} defines the
 * effect of each event; {@link RequestReading}, {@link SessionCreation} and, for clients that
 * leave, this class apply it. Its completion is the next event.
 *
 * <p>Threads: each request belongs to one executor, its event loop, and all its events are handled
 * there; {@link RequestSteps} brings back what other threads complete. Requests on different loops
 * share thread-safe collaborators, the reclaimable places and a counter, and no lock. {@link
 * #begin} and {@link PendingSession#clientLeft} are called on that executor; the other methods on
 * any thread.
 *
 * <p>Invariants: a request that has begun is answered once, unless its client leaves before; its
 * resources are given back according to its state ({@link Holding}). An exception in an effect, and
 * an event without a row, end the request in {@link RequestSteps#broken}.
 */
public final class NewSessionFlow {
  private static final Logger log = LoggerFactory.getLogger(NewSessionFlow.class);

  private final Admission admission;
  private final NewSessionOptionsReader optionsReader;
  private final Attempts attempts;
  private final Publisher publisher;

  /** Answers each request at most once; called on the request's executor only. */
  private final ClientAnswers answers;

  /** Gives back what a request holds when it ends; its calls to the store complete elsewhere. */
  private final LockReturn locks;

  /** Hands results of other threads over to the executor of a request; tests fire faults by it. */
  final RequestSteps steps;

  private final RequestReading reading;
  private final SessionCreation creation;

  /** Isolated: an exception of a listener is logged and changes no request. */
  private final NewSessionListener listener;

  /** Shared by all loops: a repeat may arrive on another loop than the one its client left. */
  private final ReclaimablePlaces places = new ReclaimablePlaces();

  /** Shared by all loops: orders requests that arrived at the same instant. */
  private final AtomicLong arrivals = new AtomicLong();

  /** The collaborators of the flow. */
  public record Parts(
      Admission admission,
      NewSessionOptionsReader optionsReader,
      Distributor distributor,
      Trying trying,
      Publisher publisher,
      EndSession endSession,
      RunWaits runs) {}

  /** The attempts on devices, and the avoidance of failed ones. */
  public record Trying(Attempts attempts, Avoidance avoidance) {}

  public NewSessionFlow(Parts parts, NewSessionListener listener, InstantSource clock) {
    this.admission = parts.admission();
    this.optionsReader = parts.optionsReader();
    this.attempts = parts.trying().attempts();
    this.publisher = parts.publisher();
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
   * Checks credentials before the body of a request is read. Any thread.
   *
   * @return the error of any request with these credentials; empty if they are valid
   */
  public Optional<WebDriverError> refusal(Credentials credentials, String client) {
    try {
      admission.admit(credentials);
      return Optional.empty();
    } catch (ProtocolException refused) {
      listener.unauthorized(client, refused.error());
      return Optional.of(refused.error());
    }
  }

  /** Returns the key by which requests are counted: the tenant; without tokens, the address. */
  public String caller(NewSessionRequest request) {
    try {
      Tenant tenant = admission.admit(request.origin().credentials());
      if (!tenant.isAnonymous()) {
        return "tenant " + tenant.name();
      }
    } catch (ProtocolException refused) {
      log.debug("request {} has no tenant any more", request.id());
    }
    return "address " + request.origin().client().address();
  }

  /**
   * Begins a request, on its executor. When this returns, a small request without a query to the
   * store is in the queue.
   */
  public PendingSession begin(NewSessionRequest request) {
    NewSessionState state = new NewSessionState(request, this::clientLeft);
    try {
      reading.read(state, admission.admit(request.origin().credentials()));
    } catch (ProtocolException refused) {
      reading.refused(state, () -> answers.refuseForNow(state, refused.error()));
    } catch (RuntimeException mistake) {
      steps.broken(state, mistake);
    }
    return state;
  }

  /**
   * Queues a request. Takes a reclaimable place only now, because a client that left earlier would
   * lose it for its next repeat.
   */
  private void admitted(NewSessionState state, NewSessionOptions options) {
    switch (state.fire(Event.READ)) {
      case PLACE -> {
        state.setOptions(options, placement(state.request(), options));
        listener.admitted(state.request(), options);
        creation.place(state);
      }
      case NONE -> {}
      default -> throw noEffectOf(Event.READ);
    }
  }

  /**
   * Assigns the number at admission, not at arrival: of requests with the same arrival, one whose
   * run was queried first goes behind those admitted meanwhile.
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
        new Quota(options.tenant().name(), options.tenant().maxSessions()),
        new PlacementRequest.Attempts(0, Optional.of(publisher.limits(options.times()))));
  }

  /** Never throws, because the caller is a connection that closes. */
  private void clientLeft(NewSessionState state) {
    try {
      left(state);
    } catch (RuntimeException mistake) {
      steps.broken(state, mistake);
    }
  }

  /**
   * Changes the state before the effect: an abandoned attempt completes at once, and its outcome is
   * an event in {@code LEFT}.
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
   * Ends the wait before its place is offered: a repeat on another loop may take the place at once,
   * and would otherwise queue behind this request. A device that the store grants meanwhile is
   * released by the distributor, or comes as an event in {@code LEFT}.
   */
  private void leaveQueue(NewSessionState state) {
    state.handOver().abandon();
    listener.clientLeft(state.request(), Phase.QUEUED);
    places.keep(state.request(), state.placement().turn());
  }

  /** Parses a body; a large one on another thread, which completes the stage. Any thread. */
  public CompletionStage<NewSessionPayload> payload(byte[] body) {
    return optionsReader.payload(body);
  }

  /** Returns the requested kind of progress; none if the request is invalid. */
  public NewSessionOptions.Progress progress(NewSessionRequest request) {
    try {
      return optionsReader.progress(request.payload());
    } catch (ProtocolException refusedLater) {
      return NewSessionOptions.Progress.OFF;
    }
  }

  /**
   * Returns the number of attempts whose session isn't recorded and whose device isn't released
   * yet.
   */
  public int unsettled() {
    return attempts.unsettled();
  }

  /** Returns the error of a request during shutdown. */
  public static WebDriverError stopping() {
    return WebDriverError.of(
        ErrorCode.SESSION_NOT_CREATED,
        Refusals.NONE_AVAILABLE + ": this server is stopping; try again");
  }
}
