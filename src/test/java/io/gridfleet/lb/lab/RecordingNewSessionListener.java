package io.gridfleet.lb.lab;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.newsession.AttemptOutcome;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.NewSessionOptions;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Records the steps of each request, one line a step, without ids and times. Any thread. */
public final class RecordingNewSessionListener implements NewSessionListener {
  private final Map<String, List<String>> linesByRequest = new LinkedHashMap<>();
  private volatile Consumer<String> whenTold = line -> {};

  /** Called after each line, on the thread of the step. */
  public void whenTold(Consumer<String> reaction) {
    whenTold = reaction;
  }

  /** The steps of the request that was admitted last. */
  public synchronized String last() {
    List<List<String>> all = List.copyOf(linesByRequest.values());
    return all.isEmpty() ? "" : String.join("\n", all.get(all.size() - 1)) + "\n";
  }

  /** The steps of all requests in the order of their admission. */
  public synchronized List<String> all() {
    return linesByRequest.values().stream().map(lines -> String.join("\n", lines) + "\n").toList();
  }

  public synchronized void clear() {
    linesByRequest.clear();
  }

  private void line(NewSessionRequest request, String line) {
    synchronized (this) {
      linesByRequest.computeIfAbsent(request.id(), id -> new ArrayList<>()).add(line);
    }
    whenTold.accept(line);
  }

  @Override
  public void admitted(NewSessionRequest request, NewSessionOptions options) {
    line(request, "admitted " + options.tenant().name());
  }

  @Override
  public void queued(NewSessionRequest request) {
    line(request, "queued");
  }

  @Override
  public void placed(NewSessionRequest request, Device device, Duration waited) {
    line(request, "placed on " + device.name());
  }

  @Override
  public void attempted(NewSessionRequest request, Device device) {
    line(request, "attempted on " + device.name());
  }

  @Override
  public void attemptEnded(
      NewSessionRequest request, Device device, AttemptOutcome outcome, Duration took) {
    line(request, "attempt ended on " + device.name() + ": " + words(outcome));
  }

  private static String words(AttemptOutcome outcome) {
    String kind = outcome.getClass().getSimpleName();
    return outcome instanceof AttemptOutcome.DeviceFailed failed
        ? kind + " " + failed.causeCode()
        : kind;
  }

  @Override
  public void avoided(NewSessionRequest request, Device device, String cause) {
    line(request, "avoided " + device.name());
  }

  @Override
  public void published(NewSessionRequest request, Session session) {
    line(request, "published");
  }

  @Override
  public void created(NewSessionRequest request, Session session, Duration took) {
    line(request, "created");
  }

  @Override
  public void refused(NewSessionRequest request, WebDriverError error, Duration took) {
    line(request, "refused " + error.status() + " " + error.code().text());
  }

  @Override
  public void clientLeft(NewSessionRequest request, Phase phase) {
    line(request, "client left " + phase);
  }

  @Override
  public void cleanedUp(NewSessionRequest request, Device device) {
    line(request, "cleaned up " + device.name());
  }
}
