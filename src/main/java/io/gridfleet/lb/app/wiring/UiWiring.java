package io.gridfleet.lb.app.wiring;

import com.github.benmanes.caffeine.cache.Ticker;
import io.gridfleet.lb.api.ApiAccess;
import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.FleetSignals;
import io.gridfleet.lb.router.Endpoint;
import io.gridfleet.lb.store.sql.SqlStore;
import io.gridfleet.lb.ui.SignInLimit;
import io.gridfleet.lb.ui.SignIns;
import io.gridfleet.lb.ui.SignIns.SignedIn;
import io.gridfleet.lb.ui.UiAssets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The web UI: its pages, its sign-ins, and their use by the API. */
final class UiWiring {
  private static final Logger log = LoggerFactory.getLogger(UiWiring.class);

  /** For sign-outs whose signal was lost. */
  private static final Duration SWEEP = Duration.ofSeconds(10);

  private final Admission admission;
  private final SignIns signIns;
  private final FleetSignals signals;
  private final Endpoint pages;

  UiWiring(GridFleetConfig config, Admission admission, SqlStore store, Executor elsewhere) {
    this.admission = admission;
    this.signIns = new SignIns(admission, store.signInRecords(), store.time());
    this.signals = store.signals();
    Endpoint signIn =
        new UiSignIn(
            admission, signIns, new SignInLimit(Ticker.systemTicker()), config.router()::trusts);
    this.pages = new UiPages(new OnceRead<>("the UI's files", UiAssets::read, elsewhere), signIn);
  }

  Endpoint pages() {
    return pages;
  }

  /** The API's callers: with the lab's tokens, or signed in. */
  ApiAccess access() {
    ApiAccess tokens = ApiAccess.of(admission);
    return new LoggedApiAccess(
        new ApiAccess() {
          @Override
          public Optional<Tenant> caller(Optional<String> authorization) {
            return tokens.caller(authorization);
          }

          @Override
          public Optional<Tenant> signedIn(String cookies) {
            return signIns.find(cookies).map(SignedIn::tenant);
          }
        });
  }

  /** Whether the cookies of a request are still those of somebody who is signed in. */
  Predicate<String> stillSignedIn() {
    return cookies -> !admission.asksForTokens() || signIns.find(cookies).isPresent();
  }

  /**
   * Loads the key and the ended sign-ins; during an outage of the store the sweep does it later.
   */
  void start(ScheduledExecutorService timer) {
    signals.onSignal(
        signal -> {
          if (signal instanceof FleetSignal.SignedOut signedOut) {
            signIns.endedElsewhere(signedOut.signIn());
          }
        });
    load().toCompletableFuture().join();
    Timers.every(
        timer, SWEEP, "reading the sign-ins", () -> Failures.log(load(), "reading the sign-ins"));
  }

  private CompletionStage<Void> load() {
    return signIns
        .load()
        .exceptionally(
            failure -> {
              log.debug("the sign-ins can't be read now: {}", failure.toString());
              return null;
            });
  }
}
