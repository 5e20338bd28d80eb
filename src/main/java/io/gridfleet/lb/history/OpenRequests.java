package io.gridfleet.lb.history;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.gridfleet.lb.history.RequestRow.Outcome;
import io.gridfleet.lb.history.RequestRow.ServedBy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The requests in progress on this replica. A request is written when it ends, and those that are
 * in progress for longer also meanwhile, so that other replicas show them and those of a replica
 * that died are known. Steps after the end (a session that is cleaned up) are written with a second
 * record, as long as the request is remembered.
 *
 * <p>Threads: the steps of one request come in order, from its event loop; {@link #snapshot} runs
 * on one thread at a time; the others on any. No lock: a map of objects with a lock each.
 */
public final class OpenRequests {
  /** Requests that end sooner are written once. */
  private static final Duration SOON = Duration.ofMillis(250);

  /** The records of one turn: composing one takes some 20 microseconds. */
  private static final int MAX_SNAPSHOTS = 500;

  /** Nodes answer late attempts within half a minute, and then delete their sessions. */
  private static final Duration LATE = Duration.ofMinutes(2);

  /** Only a client that leaves during its answer follows the end of a created one. */
  private static final int MAX_CREATED = 1_000;

  private static final int MAX_OTHERS = 5_000;

  private final Map<String, OpenRequest> open = new ConcurrentHashMap<>();
  private final LastEnded created = new LastEnded(MAX_CREATED);
  private final Cache<String, OpenRequest> others = remembered();
  private final HistoryWriter<RequestRecord> writer;
  private final ServedBy replica;
  private final InstantSource clock;

  /**
   * @param clock the store's
   */
  public OpenRequests(HistoryWriter<RequestRecord> writer, ServedBy replica, InstantSource clock) {
    this.writer = writer;
    this.replica = replica;
    this.clock = clock;
  }

  private static Cache<String, OpenRequest> remembered() {
    return Caffeine.newBuilder()
        .maximumSize(MAX_OTHERS)
        .expireAfterWrite(LATE)
        .executor(Runnable::run)
        .build();
  }

  public void begin(RequestStart start) {
    open.put(start.id(), new OpenRequest(start, replica));
  }

  /** Returns whether a request was begun and hasn't ended. */
  public boolean isOpen(String id) {
    return open.containsKey(id);
  }

  /** Records a step of a request in progress, or one that came after its end. */
  public void step(String id, RequestStep step) {
    OpenRequest request = open.get(id);
    if (request != null) {
      request.step(step);
      return;
    }
    OpenRequest ended = ended(id);
    if (ended != null) {
      ended.step(step);
      ended.offerTo(writer);
    }
  }

  private @Nullable OpenRequest ended(String id) {
    OpenRequest known = others.getIfPresent(id);
    return known != null ? known : created.find(id);
  }

  /** Records the end, or another end of a request that has ended. */
  public void end(String id, RequestStep step, Outcome how, RequestEnd end) {
    OpenRequest inProgress = open.remove(id);
    OpenRequest request = inProgress != null ? inProgress : ended(id);
    if (request == null) {
      return;
    }
    request.end(step, how, end);
    if (how == Outcome.CREATED) {
      created.add(request);
    } else {
      created.remove(id);
      others.put(id, request);
    }
    request.offerTo(writer);
  }

  /** Returns what this replica knows of a request. */
  public Optional<RequestRecord> find(String id) {
    OpenRequest request = open.get(id);
    OpenRequest known = request != null ? request : ended(id);
    return Optional.ofNullable(known).map(OpenRequest::record);
  }

  /**
   * Writes what is new of the requests in progress; some of them if there are many. Skipped while
   * the writer is behind.
   */
  public void snapshot() {
    Instant before = clock.instant().minus(SOON);
    int left = MAX_SNAPSHOTS;
    for (OpenRequest request : open.values()) {
      if (left == 0 || !writer.hasRoom()) {
        return;
      }
      if (request.arrived().isBefore(before) && request.isChanged()) {
        request.offerTo(writer);
        left--;
      }
    }
  }
}
