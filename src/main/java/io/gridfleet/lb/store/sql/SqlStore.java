package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.AvoidedDevices;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.DeviceOverrides;
import io.gridfleet.lb.device.FleetSignals;
import io.gridfleet.lb.history.CommandHistory;
import io.gridfleet.lb.history.DeviceHistory;
import io.gridfleet.lb.history.RecordedTraffic;
import io.gridfleet.lb.history.RequestHistory;
import io.gridfleet.lb.history.Usage;
import io.gridfleet.lb.run.Runs;
import io.gridfleet.lb.run.SessionPages;
import io.gridfleet.lb.run.TestReports;
import io.gridfleet.lb.session.IdempotencyRecords;
import io.gridfleet.lb.session.OrphanedLocks;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.store.DatabaseErrors;
import io.gridfleet.lb.store.StoreAddress.Postgres;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreException;
import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.store.StoreStartException;
import io.gridfleet.lb.store.StoreUnavailableException;
import io.gridfleet.lb.store.open.Database;
import io.gridfleet.lb.store.open.Dialect;
import io.gridfleet.lb.store.replica.Replicas;
import io.gridfleet.lb.store.replica.SharedDuties;
import io.gridfleet.lb.store.replica.StoreClock;
import io.gridfleet.lb.store.signal.StoreSignals;
import io.gridfleet.lb.store.statement.Statements;
import io.gridfleet.lb.ui.SignInRecords;
import io.gridfleet.lb.waiting.SharedQueue;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The facts that survive a crash, in SQLite or PostgreSQL: provides the ports to them. */
public final class SqlStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SqlStore.class);

  private final Database database;
  private final Jdbi jdbi;
  private final Statements statements;
  private final DeferredWrites deferred;
  private final StoreClock clock;
  private final Replicas replicas;
  private final SharedDuties duties;
  private final ClockStepDetector steps;
  private final StoreSignals signals;
  private final AtomicBoolean closed = new AtomicBoolean();

  private SqlStore(
      Database database, StoreConfig config, StoreListener listener, InstantSource own) {
    this.database = database;
    this.jdbi = database.jdbi();
    boolean oneAtATime = database.dialect() == Dialect.SQLITE;
    var limits = new Statements.Limits(oneAtATime ? 1 : config.connections(), config.waiting());
    this.clock = new StoreClock(own);
    String id = Replicas.newId();
    this.signals = new StoreSignals(id, clock, !oneAtATime);
    this.deferred = new DeferredWrites(listener, System::nanoTime, signals);
    this.statements =
        new Statements(
            jdbi,
            signals::sendAndCommit,
            listener,
            limits,
            new StoreMaintenance(database, jdbi, this, deferred, config.keepEnded()));
    this.replicas = new Replicas(statements, id, clock);
    this.duties = new SharedDuties(statements, replicas.own());
    this.steps = new ClockStepDetector(duties, System::nanoTime);
  }

  /**
   * Opens the store, creates or migrates its tables, and starts its threads.
   *
   * @throws StoreStartException with a message for the operator; then nothing was changed
   */
  public static SqlStore open(StoreConfig config, StoreListener listener)
      throws StoreStartException {
    return open(config, listener, InstantSource.system());
  }

  /**
   * As above.
   *
   * @param own the clock of this process
   */
  static SqlStore open(StoreConfig config, StoreListener listener, InstantSource own)
      throws StoreStartException {
    Database database = Database.open(config);
    SqlStore store = new SqlStore(database, config, listener, own);
    try {
      store.jdbi.useHandle(store.replicas::beat);
      store.cutOversized();
    } catch (RuntimeException e) {
      StoreException failure = DatabaseErrors.translated("start", e);
      if (config.address() instanceof Postgres
          && failure instanceof StoreUnavailableException gone) {
        store.statements.markDown(gone.trouble());
      } else {
        store.statements.close();
        database.close();
        throw new StoreStartException(
            "The store %s can't be written: %s".formatted(config.address(), failure.getMessage()),
            e);
      }
    }
    if (config.address() instanceof Postgres postgres) {
      store.signals.listen(store.statements, Database.patientSource(postgres, config));
    }
    store.statements.startHeartbeat();
    return store;
  }

  /**
   * Runs before anything reads the rows. What can't be done now, for example because of its time
   * limit, is retried by the maintenance.
   */
  private void cutOversized() {
    try {
      new OversizedRows(jdbi).cut();
    } catch (RuntimeException e) {
      LOG.warn("Rows beyond their bounds can't be cut yet: {}", DatabaseErrors.sentence(e));
    }
  }

  public DeviceLocks deviceLocks() {
    return new SqlDeviceLocks(statements, signals, deferred);
  }

  public SessionMap sessionMap() {
    return new SqlSessionMap(statements, new SessionEnds(statements, signals, deferred), steps);
  }

  public AvoidedDevices avoidedDevices() {
    return new SqlAvoidedDevices(statements, signals, clock);
  }

  public DeviceOverrides deviceOverrides() {
    return new SqlDeviceOverrides(statements, signals);
  }

  public IdempotencyRecords idempotencyRecords() {
    return new SqlIdempotencyRecords(statements, signals, replicas.own(), silent());
  }

  /** Returns how long another replica may have no heartbeat; SQLite has no other one. */
  private Duration silent() {
    return database.dialect() == Dialect.SQLITE ? Duration.ZERO : Replicas.SILENT;
  }

  public CommandHistory commandHistory() {
    return new SqlCommandHistory(statements, duties);
  }

  public RequestHistory requestHistory() {
    return new SqlRequestHistory(statements, duties, replicas.own(), silent());
  }

  public SharedQueue sharedQueue() {
    return new SqlSharedQueue(statements, signals, replicas, silent());
  }

  public SignInRecords signInRecords() {
    return new SqlSignInRecords(statements, signals);
  }

  public RecordedTraffic recordedTraffic() {
    return new SqlRecordedTraffic(statements);
  }

  public Usage usage() {
    return new SqlUsage(statements);
  }

  public DeviceHistory deviceHistory() {
    return new SqlDeviceHistory(statements, duties, replicas.own(), silent());
  }

  public Runs runs() {
    return new SqlRuns(statements);
  }

  public TestReports testReports() {
    return new SqlTestReports(statements);
  }

  public SessionPages sessionPages() {
    return new SqlSessionPages(statements);
  }

  /** Attempts of dead replicas, for the sweep that queries their nodes. */
  public OrphanedLocks orphanedLocks() {
    return new SqlOrphanedLocks(statements, signals, replicas.own());
  }

  /** Signals between replicas; a single process on SQLite receives none. */
  public FleetSignals signals() {
    return signals.port();
  }

  SharedDuties duties() {
    return duties;
  }

  public Replicas replicas() {
    return replicas;
  }

  /** Returns whether statements are executed now. */
  public boolean isUp() {
    return statements.isUp();
  }

  /** Returns how long the store has been up, or down. */
  public Duration stateUnchangedFor() {
    return statements.unchangedFor();
  }

  /** Returns the cause, while the store is down. */
  Optional<String> trouble() {
    return statements.trouble();
  }

  /** Returns {@code sqlite} or {@code postgresql}. */
  public String kind() {
    return database.dialect() == Dialect.SQLITE ? "sqlite" : "postgresql";
  }

  /** Returns the number of statements that wait for a thread. */
  public int waitingStatements() {
    return statements.waitingNow();
  }

  /** Returns the number of changes kept in memory until the store is back. */
  public int deferredRecords() {
    return deferred.size();
  }

  /**
   * Returns the store's clock, by which runs and sessions are dated, as far as it is known here.
   */
  public InstantSource time() {
    return clock::storeNow;
  }

  /** Converts an instant of this process's clock to the store's. */
  public Instant toStoreTime(Instant ownTime) {
    return clock.toStore(ownTime);
  }

  /** Converts an instant of the store's clock to the clock of this process. */
  public Instant toOwnTime(Instant storeTime) {
    return clock.fromStore(storeTime);
  }

  /** For tests that make the database misbehave. */
  public Jdbi jdbi() {
    return jdbi;
  }

  /** Finishes waiting statements, writes deferred records if possible, and closes the database. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    statements.close();
    signals.close();
    try {
      if (statements.isUp()) {
        deferred.write(jdbi);
        jdbi.useHandle(replicas::leave);
      }
    } catch (RuntimeException e) {
      LOG.warn("The stop was not recorded in the store: {}", DatabaseErrors.sentence(e));
    }
    if (deferred.size() > 0) {
      LOG.warn(
          "Records not written to the store: {}; the sweeps clean up after them", deferred.size());
    }
    database.close();
  }
}
