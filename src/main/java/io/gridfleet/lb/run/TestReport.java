package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A suite's report on one of its sessions. Its parts come in any order; the session may not exist
 * ({@code error-…}).
 *
 * @param session the WebDriver session id, or the suite's placeholder
 * @param reported when it was first reported
 * @param finished when the suite reported its end
 * @param outcome the last reported outcome
 * @param tenant the owning tenant; empty in reports from before tenants were recorded
 */
public record TestReport(
    String session,
    Instant reported,
    Optional<Registration> registration,
    Optional<Instant> finished,
    Optional<Outcome> outcome,
    Optional<String> tenant) {

  /** The outcome of a test. */
  public enum Outcome {
    RUNNING,
    PASSED,
    FAILED,
    ERROR
  }

  /**
   * The suite's registration of the session.
   *
   * @param run the run that held the device at the registration
   * @param details the remaining members, as sent: requested platform and capabilities, error
   */
  public record Registration(
      Optional<String> testName,
      Outcome outcome,
      Optional<DeviceId> device,
      Optional<RunId> run,
      Map<String, Object> details) {}

  /** Returns the report without the details of its registration. */
  public TestReport withoutDetails() {
    Optional<Registration> few =
        registration.map(
            it -> new Registration(it.testName(), it.outcome(), it.device(), it.run(), Map.of()));
    return new TestReport(session, reported, few, finished, outcome, tenant);
  }

  public static TestReport about(String session, Instant now) {
    return new TestReport(
        session, now, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Sets the tenant unless one is set. */
  public TestReport of(String name) {
    return tenant.isPresent()
        ? this
        : new TestReport(session, reported, registration, finished, outcome, Optional.of(name));
  }

  /** Sets the registration unless one is set. */
  public TestReport registered(Registration newer) {
    return registration.isPresent()
        ? this
        : new TestReport(session, reported, Optional.of(newer), finished, outcome, tenant);
  }

  /** Sets the end unless one is set. */
  public TestReport finished(Instant now) {
    return finished.isPresent()
        ? this
        : new TestReport(session, reported, registration, Optional.of(now), outcome, tenant);
  }

  /** Replaces the outcome; a final one also sets the end. */
  public TestReport outcome(Outcome newer, Instant now) {
    Optional<Instant> end =
        newer == Outcome.RUNNING ? finished : finished.or(() -> Optional.of(now));
    return new TestReport(session, reported, registration, end, Optional.of(newer), tenant);
  }
}
