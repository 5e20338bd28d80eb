package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.history.CommandRecord;
import io.gridfleet.lb.history.CommandSummary;
import io.gridfleet.lb.history.HistoryWriter;
import io.gridfleet.lb.history.HistoryWriter.Room;
import io.gridfleet.lb.lab.TcpLink;
import io.gridfleet.lb.store.StoreAddress.Postgres;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreKind;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** PostgreSQL is stopped while records wait to be written. */
final class HistoryOutageTest {
  private static CommandRecord record(int number) {
    CommandSummary one = new CommandSummary(1, 0, 0, List.of(), List.of());
    return new CommandRecord("s" + number, "r", Instant.EPOCH, one);
  }

  @Test
  void anOutageIsOutlastedWithinTheRoomAndWhatIsBeyondItIsCounted() throws Exception {
    Postgres direct = (Postgres) StoreKind.POSTGRESQL.emptyDatabase();
    AtomicInteger dropped = new AtomicInteger();
    try (TcpLink link = new TcpLink(direct.hosts());
        SqlStore other = StoreKind.open(StoreConfig.at(direct));
        SqlStore store =
            StoreKind.open(
                StoreConfig.at(
                    new Postgres(
                        direct.user(), link.hostAndPort(), direct.database(), direct.options())))) {
      HistoryWriter<CommandRecord> writer =
          new HistoryWriter<>(
              store.commandHistory(),
              new Room(10, 1_000_000, 4),
              CommandRecord::weight,
              dropped::addAndGet);
      writer.offer(record(0));
      writer.tick();
      await().until(() -> writer.waiting() == 0);

      link.cut();
      for (int i = 1; i <= 13; i++) {
        writer.offer(record(i));
      }
      writer.tick();
      await().until(() -> !store.isUp());
      writer.tick();
      assertThat(writer.waiting()).isEqualTo(10);
      assertThat(dropped).hasValue(3);

      link.restore();
      await().until(store::isUp);
      await()
          .until(
              () -> {
                writer.tick();
                return writer.waiting() == 0;
              });
      assertThat(dropped).hasValue(3);
      for (int i = 0; i <= 10; i++) {
        assertThat(now(other.commandHistory().of("s" + i))).as("s" + i).hasSize(1);
      }
      assertThat(now(other.commandHistory().of("s11"))).isEmpty();
    }
  }
}
