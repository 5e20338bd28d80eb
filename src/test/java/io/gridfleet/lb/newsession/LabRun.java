package io.gridfleet.lb.newsession;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.FakeRuns;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.RunRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A run with one device that another replica began: this one learns of it by a query of the store,
 * and of its end by the store's answer or a signal.
 */
final class LabRun implements LiveRuns {
  private final NewSessionLab lab;
  private final FakeRuns store;
  private final RunId id = new RunId("00000000-0000-4000-8000-000000000007");
  private final DeviceId device;
  private boolean received;

  /** Starts it in the store. */
  LabRun(NewSessionLab lab, DeviceId device) {
    this.lab = lab;
    this.device = device;
    this.store = new FakeRuns(lab.time);
    RunRequest request =
        new RunRequest(
            "nightly", List.of(), Duration.ofHours(1), Duration.ofHours(1), Optional.empty());
    store.reserve(id, request, List.of());
    store.link(lab.link);
    lab.runs = this;
    lab.openRuns = run -> isOpen();
    reserve(Optional.of(id.value()));
  }

  String id() {
    return id.value();
  }

  private boolean isOpen() {
    return store.everything().stream().anyMatch(Run::live);
  }

  @Override
  public Optional<String> live(String run) {
    return Optional.of(id.value()).filter(asked -> received && asked.equals(run));
  }

  @Override
  public CompletionStage<Void> look(String run) {
    return store.find(id).thenAccept(found -> received = found.filter(Run::live).isPresent());
  }

  /** Ends it in the store; with a lost answer it may have ended nevertheless. */
  void end() {
    store
        .complete(id)
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                receiveItsEnd();
              }
            });
  }

  /** Receives the signal of its end, if it has ended. */
  void receiveItsEnd() {
    if (!isOpen()) {
      received = false;
      reserve(Optional.empty());
      lab.waits.over(id.value());
    }
  }

  private void reserve(Optional<String> run) {
    lab.locks.reservedBy(device, run);
    lab.news.reserved(device, run, Optional.empty());
  }
}
