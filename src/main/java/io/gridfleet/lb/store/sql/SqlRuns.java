package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.run.Reservation;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.RunRequest;
import io.gridfleet.lb.run.Runs;
import io.gridfleet.lb.store.statement.Statements;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Runs as documents, and a row for each device that is reserved now. Reservations are serialized; a
 * change reads, runs without a connection, and writes if the version is unchanged.
 */
final class SqlRuns implements Runs {
  private static final String INSERT =
      """
      INSERT INTO runs (id, version, name, state, created, completed, tenant, body)
      VALUES (:id, :version, :name, :state, :created, :completed, :tenant, :body)
      """;

  private static final String UPDATE =
      """
      UPDATE runs SET version = :version, state = :state, completed = :completed, body = :body
      WHERE id = :id AND version = :before
      """;

  private static final String TAKEN =
      """
      SELECT device FROM reserved_devices
      UNION SELECT device FROM device_locks WHERE holder IS NOT NULL
      """;

  private static final FleetSignal CHANGED = new FleetSignal.ReservationsChanged(Optional.empty());

  private final Statements statements;
  private final RunSearch search;

  SqlRuns(Statements statements) {
    this.statements = statements;
    this.search = new RunSearch(statements);
  }

  @Override
  public CompletionStage<Reserving> reserve(RunId id, RunRequest request, List<Want> wants) {
    return statements.inTransaction(
        "runs.reserve",
        (handle, signals) -> {
          handle.execute("<oneReservationAtATime>");
          Set<DeviceId> taken = taken(handle);
          List<Reservation> chosen = new ArrayList<>();
          for (int i = 0; i < wants.size(); i++) {
            List<Reservation> free =
                wants.get(i).candidates().stream()
                    .filter(entry -> !taken.contains(entry.device()))
                    .toList();
            if (free.size() < wants.get(i).atLeast()) {
              return new Reserving.Shortage(i, free.size());
            }
            free.stream()
                .limit(wants.get(i).atMost())
                .filter(entry -> taken.add(entry.device()))
                .forEach(chosen::add);
          }
          signals.accept(CHANGED);
          return new Reserving.Reserved(begun(handle, id, request, chosen));
        });
  }

  private static Set<DeviceId> taken(Handle handle) {
    return new HashSet<>(
        handle
            .createQuery(TAKEN)
            .map((row, context) -> new DeviceId(row.getString("device")))
            .list());
  }

  private static Run begun(Handle handle, RunId id, RunRequest request, List<Reservation> chosen) {
    Instant now = storeTime(handle);
    Run run = Run.begin(id, request, chosen, now);
    handle
        .createUpdate(INSERT)
        .bind("id", id.value())
        .bind("version", run.status().version())
        .bind("name", Columns.storable(run.name()))
        .bind("state", run.state().name())
        .bind("created", now.toEpochMilli())
        .bindByType("completed", null, Long.class)
        .bindByType(
            "tenant", run.request().tenant().map(Columns::storable).orElse(null), String.class)
        .bind("body", RunDocuments.write(run))
        .execute();
    if (!chosen.isEmpty()) {
      PreparedBatch holds =
          handle.prepareBatch("INSERT INTO reserved_devices (device, run) VALUES (:device, :run)");
      chosen.forEach(
          entry -> holds.bind("device", entry.device().value()).bind("run", id.value()).add());
      holds.execute();
    }
    return run;
  }

  static Instant storeTime(Handle handle) {
    return Instant.ofEpochMilli(handle.createQuery("SELECT <now>").mapTo(Long.class).one());
  }

  @Override
  public CompletionStage<Optional<Run>> find(RunId id) {
    return search.find(id);
  }

  private record Read(Run run, Instant now) {}

  @Override
  public CompletionStage<Optional<Changed>> change(RunId id, Change change) {
    return statements
        .run(
            "runs.read",
            handle -> RunSearch.find(handle, id).map(run -> new Read(run, storeTime(handle))))
        .thenCompose(
            read ->
                read.isPresent()
                    ? changed(read.get(), change)
                    : CompletableFuture.completedFuture(Optional.empty()));
  }

  private CompletionStage<Optional<Changed>> changed(Read read, Change change) {
    Run before = read.run();
    Run after = change.apply(before, read.now());
    if (after.equals(before)) {
      return CompletableFuture.completedFuture(Optional.of(new Changed(before, before)));
    }
    return statements
        .inTransaction("runs.write", (handle, signals) -> write(handle, before, after, signals))
        .thenCompose(
            written ->
                written
                    ? CompletableFuture.completedFuture(Optional.of(new Changed(before, after)))
                    : change(before.id(), change));
  }

  private static boolean write(
      Handle handle, Run before, Run after, Consumer<FleetSignal> signals) {
    boolean written =
        handle
                .createUpdate(UPDATE)
                .bind("id", before.id().value())
                .bind("before", before.status().version())
                .bind("version", after.status().version())
                .bind("state", after.state().name())
                .bindByType(
                    "completed",
                    after.times().completed().map(Instant::toEpochMilli).orElse(null),
                    Long.class)
                .bind("body", RunDocuments.write(after))
                .execute()
            == 1;
    if (written) {
      release(handle, before, after);
      if (before.live() != after.live() || !holding(before).equals(holding(after))) {
        signals.accept(CHANGED);
      }
    }
    return written;
  }

  private static List<Reservation> holding(Run run) {
    return run.reservations().stream().filter(Reservation::holds).toList();
  }

  private static void release(Handle handle, Run before, Run after) {
    before.reservations().stream()
        .filter(Reservation::holds)
        .map(Reservation::device)
        .filter(device -> after.holding(device).isEmpty())
        .forEach(
            device ->
                handle
                    .createUpdate(
                        "DELETE FROM reserved_devices WHERE device = :device AND run = :run")
                    .bind("device", device.value())
                    .bind("run", before.id().value())
                    .execute());
  }

  @Override
  public CompletionStage<List<Run>> live() {
    return search.live();
  }

  @Override
  public CompletionStage<Page> list(Filter filter, Window window) {
    return search.list(filter, window);
  }
}
