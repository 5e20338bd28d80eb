package io.gridfleet.lb.distributor.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.api.queue.DistributorQueue;
import io.gridfleet.lb.api.queue.QueueView;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.explain.WaitEstimate;
import io.gridfleet.lb.history.DevicePeriod;
import io.gridfleet.lb.history.RecordedTraffic;
import io.gridfleet.lb.history.SessionLengths;
import io.gridfleet.lb.store.StoreKind;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The estimate of a wait, judged by replays of recorded random days: the records of a {@link
 * RecordedDay} are read from the store and replayed, and the estimate that {@code GET /api/queue}
 * gives for a request when it enters the queue is compared with its recorded wait.
 *
 * <p>How it is counted: each served request that had to wait counts once, after 40 sessions of its
 * day have ended (before, nothing is usual). It is right if the recorded wait is at least three
 * quarters of the lower end and at most five quarters of the upper end. "Not known" counts as
 * wrong. Over all days, 8 of 10 must be right. The estimates must also say something: half of the
 * ranges must be narrower than the real wait times three.
 */
final class WaitEstimateTest {
  /** More days: {@code -Dgridfleet.estimate.days=400}. */
  private static final int DAYS = Integer.getInteger("gridfleet.estimate.days", 40);

  private static final int FIRST_SESSIONS = 40;

  private int judged;
  private int right;
  private int unknown;
  private int narrow;
  private int shallow;
  private int rightShallow;

  /** The replay of a day. */
  private final class Judge implements LabReplay.Observer {
    private final Map<String, Duration> real = new HashMap<>();

    /** The sessions of the day, in the order in which they ended. */
    private final List<RecordedTraffic.Use> sessions;

    private final long usualMillis;

    Judge(ReplayedTraffic traffic, List<RecordedTraffic.Request> requests) {
      for (RecordedTraffic.Request request : requests) {
        request
            .result()
            .locked()
            .ifPresent(at -> real.put(request.id(), Duration.between(request.arrived(), at)));
      }
      sessions =
          traffic.uses().stream()
              .filter(use -> use.kind() == DevicePeriod.Kind.SESSION)
              .sorted(Comparator.comparing(use -> use.ended().orElseThrow()))
              .toList();
      usualMillis =
          sessions.stream()
              .map(Judge::length)
              .sorted()
              .toList()
              .get(sessions.size() / 2)
              .toMillis();
    }

    private static Duration length(RecordedTraffic.Use session) {
      return Duration.between(session.began(), session.ended().orElseThrow());
    }

    @Override
    public void queued(String request, Distributor distributor, Instant now) {
      List<SessionLengths.Ended> newestFirst = endedBefore(now);
      if (newestFirst.size() < FIRST_SESSIONS || !real.containsKey(request)) {
        return;
      }
      SessionLengths lengths = SessionLengths.of(newestFirst);
      QueueView.Labels labels = new QueueView.Labels(Optional.empty(), Optional.empty(), "");
      DistributorQueue.Here here = new DistributorQueue.Here(id -> labels, () -> lengths, "lab:1");
      new DistributorQueue(distributor, here)
          .waiting().toCompletableFuture().join().waiting().stream()
              .filter(each -> each.request().equals(request))
              .forEach(each -> judge(each.reason().get().estimate(), real.get(request)));
    }

    private List<SessionLengths.Ended> endedBefore(Instant now) {
      List<SessionLengths.Ended> found = new ArrayList<>();
      for (RecordedTraffic.Use use : sessions) {
        if (use.ended().orElseThrow().isBefore(now)) {
          found.add(0, new SessionLengths.Ended(use.device(), "android", length(use)));
        }
      }
      return found;
    }

    private void judge(WaitEstimate estimate, Duration wait) {
      judged++;
      double took = wait.toMillis();
      if (estimate instanceof WaitEstimate.Range range) {
        boolean in = took >= 0.75 * range.from().toMillis() && took <= 1.25 * range.to().toMillis();
        right += in ? 1 : 0;
        if (took < 2 * usualMillis) {
          shallow++;
          rightShallow += in ? 1 : 0;
        }
        narrow += range.to().minus(range.from()).toMillis() < 3 * took ? 1 : 0;
      } else {
        unknown++;
      }
    }
  }

  @Test
  void eightOfTenWaitsAreAsEstimated() {
    long seed = Long.getLong("gridfleet.estimate.seed", System.nanoTime());
    try (SqlStore store = StoreKind.SQLITE_MEMORY.open()) {
      for (int day = 0; day < DAYS; day++) {
        judge(new RecordedDay(store, seed + day, day).live());
      }
    }
    System.out.printf(
        "estimates: seed %d, %d served requests, %d right, %d not known, %d narrow; %d short, %d right%n",
        seed, judged, right, unknown, narrow, shallow, rightShallow);
    assertThat(judged).isGreaterThan(1_000);
    assertThat(right / (double) judged).as("right with seed " + seed).isGreaterThanOrEqualTo(0.8);
    assertThat(shallow).isGreaterThan(500);
    assertThat(rightShallow / (double) shallow)
        .as("right, of waits below two usual sessions, with seed " + seed)
        .isGreaterThanOrEqualTo(0.8);
    assertThat(narrow / (double) judged).as("narrow with seed " + seed).isGreaterThan(0.5);
  }

  private void judge(RecordedDay day) {
    ReplayedTraffic traffic = day.recorded();
    assertThat(traffic.unreadable()).isZero();
    List<RecordedTraffic.Request> requests = traffic.requests();
    assertThat(requests).hasSizeGreaterThanOrEqualTo(RecordedDay.REQUESTS);

    ReplayResult result =
        new LabReplay(
                traffic, day.phones(), tenant -> Optional.empty(), new Judge(traffic, requests))
            .run(() -> {});

    assertThat(result.waits()).as("a replay of the same lab").isEqualTo(waits(requests));
  }

  /** The recorded waits of the served requests, sorted. */
  private static List<Duration> waits(List<RecordedTraffic.Request> requests) {
    return requests.stream()
        .filter(request -> request.result().locked().isPresent())
        .map(it -> Duration.between(it.arrived(), it.result().locked().orElseThrow()))
        .sorted()
        .toList();
  }
}
