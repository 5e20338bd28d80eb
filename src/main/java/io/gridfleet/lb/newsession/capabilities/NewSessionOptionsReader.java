package io.gridfleet.lb.newsession.capabilities;

import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.distributor.PickStrategy;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.newsession.LiveRuns;
import io.gridfleet.lb.newsession.NewSessionConfig;
import io.gridfleet.lb.newsession.NewSessionOptions;
import io.gridfleet.lb.newsession.NewSessionOptions.Answering;
import io.gridfleet.lb.newsession.NewSessionOptions.Choice;
import io.gridfleet.lb.newsession.NewSessionOptions.Labels;
import io.gridfleet.lb.newsession.NewSessionOptions.Progress;
import io.gridfleet.lb.newsession.NewSessionOptions.Times;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.newsession.NewSessionRequest.Origin;
import io.gridfleet.lb.newsession.Refusals;
import io.gridfleet.lb.selector.SelectorCache;
import io.gridfleet.lb.session.TextBound;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * Reads the {@link NewSessionOptions} of a payload; the only reader of {@code gridfleet:}
 * capabilities. Thread-safe.
 */
public final class NewSessionOptionsReader {
  /** Larger requests are read in the background, not on an event loop. */
  private static final int MAX_BODY_HERE = 32 * 1024;

  private static final int MAX_ENTRIES_HERE = 4;
  private static final int MAX_NAMES_HERE = 100;
  private static final int MAX_SELECTOR_HERE = 512;

  private final NewSessionConfig limits;
  private final QuestionReader questions;
  private final LiveRuns runs;
  private final RandomGenerator randomness;
  private final Executor background;

  /** Creates a reader that works on the calling thread. */
  public NewSessionOptionsReader(
      NewSessionConfig limits,
      Inventory inventory,
      SelectorCache selectors,
      LiveRuns runs,
      RandomGenerator randomness) {
    this(limits, inventory, selectors, runs, randomness, Runnable::run);
  }

  /**
   * @param background reads what is too large for an event loop
   */
  public NewSessionOptionsReader(
      NewSessionConfig limits,
      Inventory inventory,
      SelectorCache selectors,
      LiveRuns runs,
      RandomGenerator randomness,
      Executor background) {
    this.background = background;
    this.limits = limits;
    this.questions = new QuestionReader(inventory, selectors);
    this.runs = runs;
    this.randomness = randomness;
  }

  /** Parses a body; a large one in the background, which completes the stage. */
  public CompletionStage<NewSessionPayload> payload(byte[] body) {
    Executor reader = body.length > MAX_BODY_HERE ? background : Runnable::run;
    return CompletableFuture.supplyAsync(() -> NewSessionPayload.parse(body), reader);
  }

  /** Returns whether a request is too large to be read on an event loop. */
  public boolean isLarge(NewSessionRequest request) {
    List<Capabilities> candidates = request.payload().candidates();
    return candidates.size() > MAX_ENTRIES_HERE
        || candidates.stream().anyMatch(NewSessionOptionsReader::isLarge);
  }

  private static boolean isLarge(Capabilities candidate) {
    Object selector = GridfleetCapabilities.valueIn(candidate, "selector");
    return candidate.names().size() > MAX_NAMES_HERE
        || (selector instanceof String text ? text.length() > MAX_SELECTOR_HERE : selector != null);
  }

  /** As {@link #read}, in the background, which completes the stage. */
  public CompletionStage<NewSessionOptions> readElsewhere(
      NewSessionRequest request, Tenant tenant) {
    return CompletableFuture.supplyAsync(() -> read(request, tenant), background);
  }

  /**
   * @throws ProtocolException if the options are invalid or can never be met
   */
  public NewSessionOptions read(NewSessionRequest request, Tenant tenant) {
    List<Capabilities> candidates = request.payload().candidates();
    GridfleetCapabilities ours = new GridfleetCapabilities(candidates);
    List<String> warnings = warnings(ours);
    Optional<String> run = run(request.origin(), ours, tenant);
    List<Question> asked = questions.read(candidates, ours, tenant, run);
    asked.forEach(question -> warnings.addAll(question.selector().warnings()));
    return new NewSessionOptions(
        tenant,
        asked,
        times(ours),
        choice(ours, tenant),
        answering(ours),
        new Labels(
            ours.text("testName").map(TextBound.TEST_NAME::cut), run, ours.value("selector")),
        warnings);
  }

  private List<String> warnings(GridfleetCapabilities ours) {
    List<String> warnings = new ArrayList<>();
    List<String> unknown = ours.unknown();
    if (limits.strict() && !unknown.isEmpty()) {
      throw ProtocolException.invalidArgument("Unknown capability " + String.join(", ", unknown));
    }
    unknown.forEach(name -> warnings.add("unknown capability " + name));
    if (ours.value("requestTimeout") != null) {
      warnings.add("gridfleet:requestTimeout is deprecated, use newCommandTimeout");
    }
    return warnings;
  }

  private Optional<String> run(Origin origin, GridfleetCapabilities ours, Tenant tenant) {
    return asked(origin, ours).map(run -> live(run, tenant));
  }

  private static Optional<String> asked(Origin origin, GridfleetCapabilities ours) {
    Optional<String> asked = origin.run().isPresent() ? origin.run() : ours.text("run_id");
    return asked.filter(id -> !id.equalsIgnoreCase("free"));
  }

  /** Returns the run of a request, if it isn't known here as the tenant's. */
  public Optional<String> unheardRun(NewSessionRequest request, Tenant tenant) {
    return asked(request.origin(), new GridfleetCapabilities(request.payload().candidates()))
        .filter(run -> runs.live(run, tenant).isEmpty());
  }

  private String live(String run, Tenant tenant) {
    return runs.live(run, tenant)
        .orElseThrow(
            () ->
                refused(
                    ErrorCode.SESSION_NOT_CREATED,
                    Refusals.NONE_AVAILABLE + ": " + Refusals.overRun(run)));
  }

  private Times times(GridfleetCapabilities ours) {
    Optional<Duration> newCommandTimeout = ours.newCommandTimeout();
    Duration atLeast = ours.seconds("requestTimeout").orElse(limits.attemptTimeout());
    Duration attempt = newCommandTimeout.filter(it -> it.compareTo(atLeast) > 0).orElse(atLeast);
    return new Times(wait(ours), attempt, newCommandTimeout);
  }

  /** Returns the wait; a derived one is capped instead of refused. */
  private Duration wait(GridfleetCapabilities ours) {
    Duration most = limits.maxWait();
    Optional<Duration> asked = ours.seconds("waitForDeviceOnlineTimeout");
    if (asked.isPresent() && asked.get().compareTo(most) > 0) {
      throw ProtocolException.invalidArgument(
          "gridfleet:waitForDeviceOnlineTimeout is at most " + most.toSeconds() + " seconds");
    }
    Optional<Duration> silence = ours.newCommandTimeout().filter(time -> !time.isZero());
    return asked
        .or(() -> silence.map(time -> time.compareTo(most) > 0 ? most : time))
        .orElse(limits.waitForDevice());
  }

  private Choice choice(GridfleetCapabilities ours, Tenant tenant) {
    String name = ours.text("deviceStrategy").orElse(PickStrategy.RANKED.name());
    PickStrategy strategy =
        PickStrategy.named(name, randomness)
            .orElseThrow(
                () ->
                    ProtocolException.invalidArgument(
                        "gridfleet:deviceStrategy is 'ranked' or 'random', not '"
                            + Refusals.shown(name)
                            + "'"));
    boolean avoid = ours.bool("ignoreFailedDevices", true) && ours.bool("ignoreFailedDevice", true);
    int priority = ours.number("priority").map(Double::intValue).orElse(0);
    return new Choice(
        strategy,
        avoid,
        ours.bool("retryNewSessionFailure", true),
        tenant.allowedPriority(priority));
  }

  private Answering answering(GridfleetCapabilities ours) {
    return new Answering(
        progress(ours),
        ours.bool("directConnect", true),
        !ours.bool("skipVendorPrefixDirectconnect", false));
  }

  public Progress progress(NewSessionPayload payload) {
    return progress(new GridfleetCapabilities(payload.candidates()));
  }

  private Progress progress(GridfleetCapabilities ours) {
    Object asked = ours.value("newSessionRequestProgress");
    if (asked instanceof String text && text.strip().equalsIgnoreCase("inline")) {
      return Progress.INLINE;
    }
    boolean byItself = wait(ours).compareTo(limits.progressAutoAfter()) > 0;
    return ours.bool("newSessionRequestProgress", byItself) ? Progress.WHITE_SPACE : Progress.OFF;
  }

  private static ProtocolException refused(ErrorCode code, String text) {
    return new ProtocolException(WebDriverError.of(code, text));
  }
}
