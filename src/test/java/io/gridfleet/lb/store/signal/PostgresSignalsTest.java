package io.gridfleet.lb.store.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.lab.TcpLink;
import io.gridfleet.lb.store.StoreAddress.Postgres;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreKind;
import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.store.open.Database;
import io.gridfleet.lb.store.replica.StoreClock;
import io.gridfleet.lb.store.sql.SqlStore;
import io.gridfleet.lb.store.statement.Statements;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** The connection that receives signals. */
final class PostgresSignalsTest {
  private static final PostgresSignals.Patience SHORT =
      new PostgresSignals.Patience(Duration.ofMillis(50), Duration.ofMillis(500));

  private final AtomicInteger connections = new AtomicInteger();

  /** Counts the connections that are asked for. */
  private final class Counting extends PGSimpleDataSource {
    private static final long serialVersionUID = 1;

    @Override
    public Connection getConnection() throws SQLException {
      connections.incrementAndGet();
      return super.getConnection();
    }
  }

  /** The test sends nothing by the receiver's statements. */
  private static final class NoTasks implements Statements.HeartbeatTasks {
    @Override
    public void beat() {}

    @Override
    public boolean owes() {
      return false;
    }

    @Override
    public void writeDeferred() {}

    @Override
    public void maintain() {}

    @Override
    public void forgetConnections() {}
  }

  private PostgresSignals receiver(Postgres direct, TcpLink link, Statements statements) {
    Counting source = new Counting();
    source.setURL(
        "jdbc:postgresql://" + link.hostAndPort() + "/" + direct.database() + direct.options());
    source.setUser(direct.user());
    source.setLoginTimeout(1);
    SignalText text = new SignalText(new StoreClock(InstantSource.system()));
    return new PostgresSignals("receiver", statements, source, text, SHORT);
  }

  /** Like a host that loses its power: nothing closes or resets the connection. */
  @Test
  void aConnectionToAHostThatVanishesIsReplaced() throws Exception {
    Postgres direct = (Postgres) StoreKind.POSTGRESQL.migratedDatabase();
    Queue<FleetSignal> received = new ConcurrentLinkedQueue<>();
    try (TcpLink link = new TcpLink(direct.hosts());
        SqlStore sender = StoreKind.open(StoreConfig.at(direct));
        Statements unused =
            new Statements(
                sender.jdbi(),
                (handle, signals) -> {},
                StoreListener.SILENT,
                new Statements.Limits(1, 1),
                new NoTasks());
        PostgresSignals receiver = receiver(direct, link, unused)) {
      receiver.onSignal(received::add);
      receiver.start();
      await()
          .untilAsserted(
              () -> {
                sender.signals().publish(new FleetSignal.WhoWaits());
                assertThat(received).isNotEmpty();
              });

      link.freeze();
      int before = connections.get();
      try {
        await().untilAsserted(() -> assertThat(connections).hasValueGreaterThan(before));
      } finally {
        link.thaw();
      }
      received.clear();
      await()
          .untilAsserted(
              () -> {
                sender.signals().publish(new FleetSignal.WhoWaits());
                assertThat(received).isNotEmpty();
              });
    }
  }

  /** As of a server that is suspended: the driver logs in on a thread that its caller leaves. */
  @Test
  void aLoginThatIsNotAnsweredEnds() throws Exception {
    Postgres direct = (Postgres) StoreKind.POSTGRESQL.emptyDatabase();
    try (TcpLink link = new TcpLink(direct.hosts())) {
      Postgres linked =
          new Postgres(direct.user(), link.hostAndPort(), direct.database(), "?sslmode=disable");
      PGSimpleDataSource source = Database.patientSource(linked, StoreConfig.at(linked));
      source.setLoginTimeout(1);
      source.setSocketTimeout(Math.min(1, source.getSocketTimeout()));
      link.freeze();
      try {
        assertThatThrownBy(source::getConnection).isInstanceOf(SQLException.class);
        await().until(() -> !isLoggingIn());
      } finally {
        link.thaw();
      }
    }
  }

  private static boolean isLoggingIn() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().startsWith("PostgreSQL JDBC driver connection"));
  }
}
