package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.selector.Selector;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The commands on runs. Each stores its change and then notifies the listener. A command fails with
 * a {@link RunException} if the run doesn't exist or its state doesn't allow the change.
 * Thread-safe.
 */
public final class RunCommands {
  private final ReserveDevices reserve;
  private final AdvanceRun advance;
  private final EndRun end;
  private final ExcludeDevice exclude;
  private final ClaimDevice claim;
  private final CountFailures failures;
  private final ExpireRuns expire;
  private final RunConfig config;

  /** The stored runs, and what the commands use of other packages. */
  public record Parts(
      Runs runs,
      DeviceStatuses devices,
      DriverPacks packs,
      ChangeOverride overrides,
      SessionsOfRun sessions) {}

  /**
   * @param bindings reloaded by each check for expiry, to apply the changes of other replicas
   * @param listener notified of changes; must include {@code bindings}
   * @param clock the store's
   */
  public RunCommands(
      Parts parts,
      RunConfig config,
      RunBindings bindings,
      RunListener listener,
      InstantSource clock) {
    Runs runs = parts.runs();
    this.config = config;
    this.reserve = new ReserveDevices(runs, parts.devices(), parts.packs(), config, listener);
    this.advance = new AdvanceRun(runs, listener);
    this.end = new EndRun(runs, parts.sessions(), listener);
    this.exclude = new ExcludeDevice(runs, parts.overrides(), config, listener);
    this.claim = new ClaimDevice(runs, config, listener);
    this.failures = new CountFailures(runs, listener);
    this.expire = new ExpireRuns(runs, bindings, end, clock);
  }

  public RunConfig config() {
    return config;
  }

  /**
   * Creates a run and reserves all required devices, or none.
   *
   * @param usable the devices that the caller may use, by configured attributes
   * @throws RunException if the request can never be satisfied; the stage fails with one if too few
   *     devices are free
   */
  public CompletionStage<Run> reserve(RunRequest request, Selector usable) {
    return reserve.reserve(request, usable);
  }

  /** Makes a preparing run active; fails in any other state. */
  public CompletionStage<Run> ready(RunId run) {
    return advance.ready(run);
  }

  /** Makes a run active; no error if it is active already. */
  public CompletionStage<Run> activate(RunId run) {
    return advance.activate(run);
  }

  /** Records a heartbeat; returns a run that has ended unchanged. */
  public CompletionStage<Run> beat(RunId run) {
    return advance.beat(run);
  }

  /** Makes a preparing run active because a session on one of its devices was registered. */
  public CompletionStage<Run> sessionBegan(RunId run) {
    return advance.sessionBegan(run);
  }

  /** Completes a run; its live sessions continue. */
  public CompletionStage<Run> complete(RunId run) {
    return end.complete(run);
  }

  /**
   * Cancels a run; completes when its sessions have ended.
   *
   * @param by who cancels it
   */
  public CompletionStage<Run> cancel(RunId run, String by) {
    return end.cancel(run, by);
  }

  /**
   * Cancels a run in any state at an operator's request.
   *
   * @param by who releases it
   */
  public CompletionStage<Run> forceRelease(RunId run, String by) {
    return end.forceRelease(run, by);
  }

  /**
   * Excludes a device that the suite can't prepare, and puts it into maintenance.
   *
   * @param by who reported it
   */
  public CompletionStage<Run> reportPreparationFailure(
      RunId run, DeviceId device, String message, String by) {
    return exclude.reportPreparationFailure(run, device, message, by);
  }

  /**
   * Starts a device's cooldown. Too many cooldowns in one run put it into maintenance.
   *
   * @param by who asked for it
   * @return the device's reservation after the change
   */
  public CompletionStage<Reservation> coolDown(
      RunId run, DeviceId device, String reason, Duration ttl, String by) {
    return exclude.coolDown(run, device, reason, ttl, by);
  }

  /** Claims the first device without a claim or whose claim is older than its TTL. */
  public CompletionStage<Reservation> claim(RunId run, String worker) {
    return claim.claim(run, worker);
  }

  /** Releases a worker's claim on a device. */
  public CompletionStage<Run> releaseClaim(RunId run, DeviceId device, String worker) {
    return claim.release(run, device, worker);
  }

  /** Counts an attempt of the run that failed because of the device. */
  public void attemptFailed(RunId run, DeviceId device, String cause) {
    failures.attemptFailed(run, device, cause);
  }

  /** Ends overdue runs at once and then periodically, on the timer's thread. */
  public void startExpiry(ScheduledExecutorService timer) {
    expire.start(timer, config.expiryInterval());
  }

  /** Checks all live runs once; completes when overdue ones have ended. */
  public CompletionStage<Void> expireOverdue() {
    return expire.sweep();
  }
}
