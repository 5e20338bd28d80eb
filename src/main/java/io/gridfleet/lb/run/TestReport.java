package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What a suite said about one of its sessions; it comes in any order, and may be about a session
 * that never was ({@code error-…}).
 *
 * @param session the WebDriver session id, or what the suite uses in its place
 * @param reported when it was first spoken of
 * @param finished when the suite was done with it
 * @param outcome what the suite said came of it, last word first
 * @param tenant whose session it is; empty in reports that are older than this field
 */
public record TestReport(
    String session,
    Instant reported,
    Optional<Registration> registration,
    Optional<Instant> finished,
    Optional<Outcome> outcome,
    Optional<String> tenant) {

  /** What came of a test. */
  public enum Outcome {
    RUNNING,
    PASSED,
    FAILED,
    ERROR
  }

  /**
   * The suite's own record of the session.
   *
   * @param run what the device was reserved for then
   * @param details the rest, as it was said: requested platform and capabilities, error
   */
  public record Registration(
      Optional<String> testName,
      Outcome outcome,
      Optional<DeviceId> device,
      Optional<RunId> run,
      Map<String, Object> details) {}

  /** The only detail of a report whose details are left out. */
  private static final String LEFT_OUT = "left_out";

  /** Without the details of its registration: for lists. */
  public TestReport withoutDetails() {
    Optional<Registration> few =
        registration.map(
            it ->
                new Registration(
                    it.testName(), it.outcome(), it.device(), it.run(), Map.of(LEFT_OUT, true)));
    return new TestReport(session, reported, few, finished, outcome, tenant);
  }

  /** Whether nothing is left out. */
  public boolean isWhole() {
    return registration.map(it -> !it.details().containsKey(LEFT_OUT)).orElse(true);
  }

  public static TestReport about(String session, Instant now) {
    return new TestReport(
        session, now, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** The first tenant stays. */
  public TestReport of(String name) {
    return tenant.isPresent()
        ? this
        : new TestReport(session, reported, registration, finished, outcome, Optional.of(name));
  }

  /** The first registration stays. */
  public TestReport registered(Registration newer) {
    return registration.isPresent()
        ? this
        : new TestReport(session, reported, Optional.of(newer), finished, outcome, tenant);
  }

  /** The first end stays. */
  public TestReport finished(Instant now) {
    return finished.isPresent()
        ? this
        : new TestReport(session, reported, registration, Optional.of(now), outcome, tenant);
  }

  /** The last outcome counts; one that is final ends the test too. */
  public TestReport outcome(Outcome newer, Instant now) {
    Optional<Instant> end =
        newer == Outcome.RUNNING ? finished : finished.or(() -> Optional.of(now));
    return new TestReport(session, reported, registration, end, Optional.of(newer), tenant);
  }
}
