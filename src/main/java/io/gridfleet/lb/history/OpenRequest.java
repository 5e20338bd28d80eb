package io.gridfleet.lb.history;

import io.gridfleet.lb.history.RequestRecord.Asked;
import io.gridfleet.lb.history.RequestRow.Asker;
import io.gridfleet.lb.history.RequestRow.Outcome;
import io.gridfleet.lb.history.RequestRow.ServedBy;
import io.gridfleet.lb.history.RequestStep.NamedDevice;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A request in progress on this replica, and for a while after its end. Its steps come from its
 * event loop; lists and snapshots read it on other threads; its own lock guards its fields and is
 * held for a few instructions only. What it asked is read from the request when a record of it is
 * composed, so one that waits costs little more than its steps.
 */
final class OpenRequest {
  /** The first steps are kept, and the latest ones. */
  private static final int MAX_FIRST = 20;

  private static final int MAX_STEPS = 100;

  private final String id;
  private final Instant arrived;
  private final Asker asker;
  private final String selector;
  private final ServedBy servedBy;

  /** Refers to the request until its end, and to a small value after it. */
  private Supplier<Asked> asked;

  private final List<RequestStep> steps = new ArrayList<>(4);
  private int omitted;
  private Outcome outcome = Outcome.WAITING;
  private @Nullable Instant ended;
  private @Nullable Duration total;
  private @Nullable String session;
  private @Nullable NamedDevice device;
  private @Nullable String error;
  private int attempts;
  private Duration waited = Duration.ZERO;
  private Duration atNodes = Duration.ZERO;

  /** When the current wait or attempt began; only one of them is in progress at a time. */
  private @Nullable Instant waitingSince;

  private @Nullable Instant atNodeSince;

  /** Whether there are steps that no record has. */
  private boolean changed;

  OpenRequest(RequestStart start, ServedBy servedBy) {
    this.id = start.id();
    this.arrived = start.arrived();
    this.asker = start.asker();
    this.selector = start.selector();
    this.asked = start.asked();
    this.servedBy = servedBy;
  }

  String id() {
    return id;
  }

  Instant arrived() {
    return arrived;
  }

  synchronized void step(RequestStep step) {
    if (steps.size() == MAX_STEPS) {
      steps.remove(MAX_FIRST);
      omitted++;
    }
    steps.add(step);
    changed = true;
    switch (step.kind()) {
      case QUEUED -> waitingSince = step.at();
      case LOCKED -> {
        stopWaiting(step.at());
        device = step.device().orElse(null);
        open(Outcome.STARTING);
      }
      case ATTEMPT -> {
        attempts++;
        atNodeSince = step.at();
      }
      case ATTEMPT_ENDED -> {
        leaveNode(step.at());
        open(Outcome.WAITING);
      }
      case PUBLISHED -> open(Outcome.STARTING);
      default -> {}
    }
  }

  private void open(Outcome next) {
    if (ended == null) {
      outcome = next;
    }
  }

  private void stopWaiting(Instant now) {
    if (waitingSince != null) {
      waited = waited.plus(between(waitingSince, now));
      waitingSince = null;
    }
  }

  private void leaveNode(Instant now) {
    if (atNodeSince != null) {
      atNodes = atNodes.plus(between(atNodeSince, now));
      atNodeSince = null;
    }
  }

  private static Duration between(Instant from, Instant to) {
    Duration between = Duration.between(from, to);
    return between.isNegative() ? Duration.ZERO : between;
  }

  /**
   * Records the end. A client may leave while its session is being answered: the last end counts.
   */
  void end(RequestStep step, Outcome how, RequestEnd end) {
    Asked composed = asked();
    synchronized (this) {
      asked = () -> composed;
      step(step);
      stopWaiting(step.at());
      leaveNode(step.at());
      outcome = how;
      ended = step.at();
      total = end.took().orElseGet(() -> between(arrived, step.at()));
      end.session().ifPresent(known -> session = known);
      end.error().ifPresent(text -> error = text);
    }
  }

  /** Returns whether there are new steps since the last record was offered. */
  synchronized boolean isChanged() {
    return changed;
  }

  /** Returns a record of what is known now. */
  RequestRecord record() {
    Asked composed = asked();
    synchronized (this) {
      return new RequestRecord(row(), composed, steps, omitted);
    }
  }

  /**
   * Offers a record. Under the lock, so that the records of a request are offered in the order of
   * its steps.
   *
   * @return false if it was dropped
   */
  boolean offerTo(HistoryWriter<RequestRecord> writer) {
    Asked composed = asked();
    synchronized (this) {
      changed = false;
      return writer.offer(new RequestRecord(row(), composed, steps, omitted));
    }
  }

  /** Composes it without the lock, because that takes longer. */
  private Asked asked() {
    Supplier<Asked> current;
    synchronized (this) {
      current = asked;
    }
    return current.get();
  }

  private RequestRow row() {
    return new RequestRow(
        id,
        arrived,
        Optional.ofNullable(ended),
        outcome,
        asker,
        selector,
        new RequestRow.Result(
            Optional.ofNullable(session),
            Optional.ofNullable(device),
            attempts,
            Optional.ofNullable(error)),
        new RequestRow.Times(waited, atNodes, Optional.ofNullable(total)),
        servedBy);
  }
}
