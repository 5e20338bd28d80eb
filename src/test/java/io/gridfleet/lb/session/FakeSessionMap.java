package io.gridfleet.lb.session;

import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.lab.StoreLink;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sessions in memory, with the guarantees of the port. */
public final class FakeSessionMap implements SessionMap {
  private static final Duration ENDING = Duration.ofSeconds(20);

  private final Map<SessionId, SessionRecord> records = new LinkedHashMap<>();
  private final FakeDeviceLocks locks;
  private final InstantSource clock;
  private final Predicate<String> openRuns;
  private final Set<SessionId> endsRequested = ConcurrentHashMap.newKeySet();
  private @Nullable StoreLink link;

  /**
   * @param openRuns which runs haven't ended
   */
  public FakeSessionMap(FakeDeviceLocks locks, InstantSource clock, Predicate<String> openRuns) {
    this.locks = locks;
    this.clock = clock;
    this.openRuns = openRuns;
  }

  /** Sets the link of further calls of the request path. */
  public void link(StoreLink way) {
    link = way;
  }

  private <T> CompletionStage<T> called(String name, Supplier<CompletionStage<T>> work) {
    return link == null ? work.get() : link.call("sessions." + name, work);
  }

  /** Returns whether the end of a session was requested; the request may have been lost. */
  public boolean isEndRequested(SessionId id) {
    return endsRequested.contains(id);
  }

  @Override
  public CompletionStage<Publication> publish(Session session) {
    return called("publish", () -> published(session));
  }

  private synchronized CompletionStage<Publication> published(Session session) {
    if (session.terms().run().filter(openRuns.negate()).isPresent()) {
      return CompletableFuture.completedFuture(Publication.RUN_OVER);
    }
    SessionRecord before = records.get(session.id());
    if (before != null && before.live()) {
      if (before.session().lock().equals(session.lock())) {
        return CompletableFuture.completedFuture(Publication.PUBLISHED);
      }
      return CompletableFuture.completedFuture(Publication.DUPLICATE_ID);
    }
    if (!locks.standsForSession(session.lock())) {
      return CompletableFuture.completedFuture(Publication.LOCK_LOST);
    }
    records.put(session.id(), new SessionRecord(session, clock.instant(), Optional.empty()));
    return CompletableFuture.completedFuture(Publication.PUBLISHED);
  }

  @Override
  public synchronized CompletionStage<Optional<Session>> find(SessionId id) {
    return CompletableFuture.completedFuture(
        Optional.ofNullable(records.get(id))
            .filter(SessionRecord::live)
            .map(SessionRecord::session));
  }

  @Override
  public CompletionStage<Optional<Session>> end(SessionId id, EndCause cause) {
    endsRequested.add(id);
    return called("end", () -> ended(id, cause));
  }

  @Override
  public CompletionStage<Optional<Session>> endAndFree(SessionId id, EndCause cause) {
    return called("endAndFree", () -> freed(id, cause));
  }

  private synchronized CompletionStage<Optional<Session>> freed(SessionId id, EndCause cause) {
    CompletionStage<Optional<Session>> ended = ended(id, cause);
    ended.thenAccept(session -> session.ifPresent(each -> locks.free(each.lock())));
    return ended;
  }

  private synchronized CompletionStage<Optional<Session>> ended(SessionId id, EndCause cause) {
    SessionRecord record = records.get(id);
    if (record == null || !record.live()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    SessionRecord.End end = new SessionRecord.End(clock.instant(), cause);
    records.put(id, new SessionRecord(record.session(), record.lastActivity(), Optional.of(end)));
    locks.ends(record.session().lock(), id.value(), ENDING);
    return CompletableFuture.completedFuture(Optional.of(record.session()));
  }

  @Override
  public CompletionStage<Void> withdraw(Session session, EndReason reason) {
    return called("withdraw", () -> withdrawn(session, reason));
  }

  private synchronized CompletionStage<Void> withdrawn(Session session, EndReason reason) {
    SessionRecord record = records.get(session.id());
    locks.ends(session.lock(), session.id().value(), ENDING);
    if (record != null && record.live() && record.session().lock().equals(session.lock())) {
      ended(session.id(), EndCause.of(reason));
    }
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized CompletionStage<Void> touch(Map<SessionId, Duration> silentFor) {
    silentFor.forEach(
        (id, silent) ->
            records.computeIfPresent(
                id,
                (key, record) ->
                    new SessionRecord(
                        record.session(), clock.instant().minus(silent), record.end())));
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<List<SessionRecord>> live() {
    return matching(SessionRecord::live);
  }

  @Override
  public synchronized CompletionStage<List<Session>> liveOf(
      Optional<String> tenant, int most, int characters) {
    return CompletableFuture.completedFuture(
        records.values().stream()
            .filter(SessionRecord::live)
            .map(SessionRecord::session)
            .filter(live -> tenant.isEmpty() || tenant.get().equals(live.terms().tenant()))
            .limit(most)
            .toList());
  }

  @Override
  public CompletionStage<List<SessionRecord>> idle(Duration grace) {
    Instant now = clock.instant();
    return matching(
        record ->
            record.live()
                && now.isAfter(
                    record.lastActivity().plus(record.session().terms().idleLimit()).plus(grace)));
  }

  private synchronized CompletionStage<List<SessionRecord>> matching(
      Predicate<SessionRecord> wanted) {
    return CompletableFuture.completedFuture(records.values().stream().filter(wanted).toList());
  }

  @Override
  public synchronized CompletionStage<Optional<SessionRecord>> record(SessionId id) {
    return CompletableFuture.completedFuture(Optional.ofNullable(records.get(id)));
  }

  /** All records, ended ones too. */
  public synchronized Collection<SessionRecord> all() {
    return List.copyOf(records.values());
  }
}
