package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.history.ClientProduct;
import io.gridfleet.lb.history.OpenRequests;
import io.gridfleet.lb.history.RecordedCapabilities;
import io.gridfleet.lb.history.RequestEnd;
import io.gridfleet.lb.history.RequestRecord.Asked;
import io.gridfleet.lb.history.RequestRow.Asker;
import io.gridfleet.lb.history.RequestRow.Outcome;
import io.gridfleet.lb.history.RequestStart;
import io.gridfleet.lb.history.RequestStep;
import io.gridfleet.lb.history.RequestStep.Kind;
import io.gridfleet.lb.history.RequestStep.NamedDevice;
import io.gridfleet.lb.newsession.AttemptOutcome;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.NewSessionOptions;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.TextBound;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Translates the steps of new session requests to the records of the history. Runs on the requests'
 * event loops; what isn't needed for a step is composed when a record is.
 */
final class RequestRecorder implements NewSessionListener {
  private static final int MAX_SELECTOR = 1_024;
  private static final int MAX_NODE_TEXT = 1_000;
  private static final int MAX_ERROR = 2_000;

  /** A run's id is a UUID; a text that is none is only shown. */
  private static final int MAX_RUN = 64;

  private final OpenRequests requests;
  private final Admission admission;
  private final StoreTime time;

  /**
   * The store's clock.
   *
   * @param now reads it
   * @param convert converts an instant of this process
   */
  record StoreTime(InstantSource now, UnaryOperator<Instant> convert) {}

  RequestRecorder(OpenRequests requests, Admission admission, StoreTime time) {
    this.requests = requests;
    this.admission = admission;
    this.time = time;
  }

  private RequestStep step(Kind kind) {
    return RequestStep.of(kind, time.now().instant());
  }

  private RequestStep step(Kind kind, Device device) {
    return step(kind, device, Optional.empty());
  }

  private RequestStep step(Kind kind, Device device, Optional<Duration> took) {
    return RequestStep.of(
        kind, time.now().instant(), Optional.of(new NamedDevice(device.id(), device.name())), took);
  }

  private RequestStep last(Kind kind, Duration took) {
    return RequestStep.of(kind, time.now().instant(), Optional.empty(), Optional.of(took));
  }

  private static String cut(String text, int most) {
    return text.length() > most ? text.substring(0, most - 1) + "…" : text;
  }

  @Override
  public void admitted(NewSessionRequest request, NewSessionOptions options) {
    NewSessionOptions.Labels labels = options.labels();
    Asker asker =
        new Asker(
            options.tenant().name(),
            labels.run(),
            labels.testName().map(TextBound.TEST_NAME::cut),
            ClientProduct.of(request.origin().client().userAgent()));
    String selector = selector(options.questions());
    requests.begin(
        new RequestStart(
            request.id(),
            arrived(request),
            asker,
            cut(selector, MAX_SELECTOR),
            () ->
                asked(
                    request,
                    labels.selector(),
                    options.times().patience(),
                    options.choice().priority())));
    requests.step(request.id(), step(Kind.ADMITTED));
  }

  private static String selector(List<Question> questions) {
    return questions.size() == 1
        ? selector(questions.get(0))
        : questions.stream()
            .map(RequestRecorder::selector)
            .distinct()
            .collect(Collectors.joining(" or "));
  }

  /** A device that was named by its udid is in the selector by its id. */
  private static String selector(Question question) {
    return question
        .named()
        .map(id -> question.selector().and(Selector.identified(id.value())))
        .orElseGet(question::selector)
        .normalForm();
  }

  private Instant arrived(NewSessionRequest request) {
    return time.convert().apply(request.arrival()).truncatedTo(ChronoUnit.MILLIS);
  }

  private static Asked asked(
      NewSessionRequest request, @Nullable Object selector, Duration wait, int priority) {
    RecordedCapabilities capabilities = RecordedCapabilities.of(request.payload().candidates());
    Optional<Object> given = Optional.ofNullable(selector).map(RequestRecorder::bounded);
    return new Asked(given, capabilities.shown(), wait, priority, capabilities.characters());
  }

  private static Object bounded(Object selector) {
    String text = selector instanceof String given ? given : Json.text(selector);
    return text.length() <= MAX_SELECTOR ? selector : cut(text, MAX_SELECTOR);
  }

  @Override
  public void queued(NewSessionRequest request) {
    requests.step(request.id(), step(Kind.QUEUED));
  }

  @Override
  public void woken(NewSessionRequest request, Device device) {
    requests.step(request.id(), step(Kind.WOKEN, device));
  }

  @Override
  public void placed(NewSessionRequest request, Device device, Duration waited) {
    requests.step(request.id(), step(Kind.LOCKED, device, Optional.of(waited)));
  }

  @Override
  public void attempted(NewSessionRequest request, Device device) {
    requests.step(request.id(), step(Kind.ATTEMPT, device));
  }

  @Override
  public void attemptEnded(
      NewSessionRequest request, Device device, AttemptOutcome outcome, Duration took) {
    requests.step(
        request.id(), with(request, step(Kind.ATTEMPT_ENDED, device, Optional.of(took)), outcome));
  }

  private static RequestStep with(
      NewSessionRequest request, RequestStep step, AttemptOutcome outcome) {
    if (outcome instanceof AttemptOutcome.Created) {
      return step.outcome("created");
    }
    if (outcome instanceof AttemptOutcome.LockLost) {
      return step.outcome("lock_lost");
    }
    if (outcome instanceof AttemptOutcome.DeviceFailed failed) {
      RequestStep named = step.outcome("device_failed").cause(failed.causeCode());
      String words = failed.answer().map(answer -> answer.error().message()).orElse("");
      String text = words.isBlank() ? failed.cause() : words;
      return named.nodeText(withoutSecrets(request, text, MAX_NODE_TEXT));
    }
    if (outcome instanceof AttemptOutcome.Refused refused) {
      return step.outcome("refused")
          .cause(refused.error().code().text())
          .nodeText(withoutSecrets(request, refused.error().message(), MAX_NODE_TEXT));
    }
    return step.outcome("client_left");
  }

  /** Nodes repeat what was sent to them. */
  private static String withoutSecrets(NewSessionRequest request, String text, int most) {
    return RecordedCapabilities.withoutSecrets(request.payload().candidates(), text, most);
  }

  @Override
  public void avoided(NewSessionRequest request, Device device, String cause) {
    requests.step(request.id(), step(Kind.AVOIDED, device).cause(cause));
  }

  @Override
  public void published(NewSessionRequest request, Session session) {
    requests.step(request.id(), step(Kind.PUBLISHED));
  }

  @Override
  public void created(NewSessionRequest request, Session session, Duration took) {
    requests.end(
        request.id(),
        last(Kind.CREATED, took),
        Outcome.CREATED,
        new RequestEnd(Optional.of(took), Optional.of(session.id().value()), Optional.empty()));
  }

  @Override
  public void refused(NewSessionRequest request, WebDriverError error, Duration took) {
    if (!requests.isOpen(request.id()) && !begin(request)) {
      return;
    }
    String message = withoutSecrets(request, error.message(), MAX_ERROR);
    requests.end(
        request.id(),
        last(Kind.REFUSED, took).cause(error.code().text()),
        Outcome.REFUSED,
        new RequestEnd(Optional.of(took), Optional.empty(), Optional.of(message)));
  }

  /** Begins the record of a request whose options couldn't be read; not a stranger's. */
  private boolean begin(NewSessionRequest request) {
    Tenant tenant;
    try {
      tenant = admission.admit(request.origin().credentials());
    } catch (ProtocolException stranger) {
      return false;
    }
    Object selector = given(request, "gridfleet:selector");
    Asker asker =
        new Asker(
            tenant.name(),
            request.origin().run().map(run -> cut(run, MAX_RUN)),
            Optional.ofNullable(given(request, "gridfleet:testName"))
                .map(name -> TextBound.TEST_NAME.cut(String.valueOf(name))),
            ClientProduct.of(request.origin().client().userAgent()));
    String text = selector == null ? "" : String.valueOf(bounded(selector));
    requests.begin(
        new RequestStart(
            request.id(),
            arrived(request),
            asker,
            cut(text, MAX_SELECTOR),
            () -> asked(request, selector, Duration.ZERO, 0)));
    return true;
  }

  private static @Nullable Object given(NewSessionRequest request, String name) {
    for (Capabilities candidate : request.payload().candidates()) {
      Object value = candidate.getIgnoringCase(name);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  @Override
  public void clientLeft(NewSessionRequest request, Phase phase) {
    requests.end(
        request.id(),
        step(Kind.CLIENT_LEFT).outcome(phase.name().toLowerCase(Locale.ROOT)),
        Outcome.CLIENT_LEFT,
        new RequestEnd(Optional.empty(), Optional.empty(), Optional.empty()));
  }

  @Override
  public void cleanedUp(NewSessionRequest request, Device device) {
    requests.step(request.id(), step(Kind.CLEANED_UP, device));
  }
}
