package io.gridfleet.lb.store.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gridfleet.lb.store.StoreAddress.SqliteFile;
import io.gridfleet.lb.store.StoreConfig;
import java.nio.file.Path;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statements that are prepared once and executed often. */
final class KeptStatementsTest {
  private static final String COUNT = "SELECT count(*) FROM numbers WHERE number >= :from";

  @TempDir private Path folder;
  private final KeptStatements kept = new KeptStatements();
  private Database database;
  private Jdbi jdbi;

  @BeforeEach
  void open() throws Exception {
    database = Database.open(StoreConfig.at(new SqliteFile(folder.resolve("lab.db"))));
    jdbi = database.jdbi();
    jdbi.setStatementBuilderFactory(kept::of);
    jdbi.useHandle(handle -> handle.execute("CREATE TABLE numbers (number INTEGER UNIQUE)"));
    insert(1, 2, 3);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void insert(int... numbers) {
    for (int number : numbers) {
      jdbi.useHandle(handle -> handle.execute("INSERT INTO numbers (number) VALUES (?)", number));
    }
  }

  private static int count(Handle handle, int from) {
    return handle.createQuery(COUNT).bind("from", from).mapTo(Integer.class).one();
  }

  @Test
  void aStatementIsKeptForTheNextHandleAndTakesItsOwnValues() {
    assertThat(jdbi.<Integer, RuntimeException>withHandle(handle -> count(handle, 2))).isEqualTo(2);
    int size = kept.size();

    for (int from = 1; from <= 4; from++) {
      int least = from;
      assertThat(jdbi.<Integer, RuntimeException>withHandle(handle -> count(handle, least)))
          .isEqualTo(4 - from);
    }

    assertThat(kept.size()).isEqualTo(size);
  }

  /** What the database gets differs from what it was written as. */
  @Test
  void aStatementWithNamedParametersIsPreparedOnce() {
    Statement first = jdbi.<Statement, RuntimeException>withHandle(handle -> prepared(handle, 1));
    Statement second = jdbi.<Statement, RuntimeException>withHandle(handle -> prepared(handle, 2));

    assertThat(second).isSameAs(first);
  }

  private static Statement prepared(Handle handle, int from) {
    return handle
        .createQuery(COUNT)
        .bind("from", from)
        .map((row, context) -> row.getStatement())
        .one();
  }

  @Test
  void aStatementThatIsInUseIsNotUsedTwice() {
    List<String> pairs = new ArrayList<>();
    String all = "SELECT number FROM numbers ORDER BY number";
    jdbi.useHandle(
        handle ->
            handle
                .createQuery(all)
                .mapTo(Integer.class)
                .forEach(
                    outer ->
                        handle
                            .createQuery(all)
                            .mapTo(Integer.class)
                            .forEach(inner -> pairs.add(outer + "" + inner))));

    assertThat(pairs).containsExactly("11", "12", "13", "21", "22", "23", "31", "32", "33");
  }

  @Test
  void aStatementThatFailedWorksTheNextTime() {
    assertThatThrownBy(() -> insert(3)).isInstanceOf(UnableToExecuteStatementException.class);

    insert(4);

    assertThat(jdbi.<Integer, RuntimeException>withHandle(handle -> count(handle, 1))).isEqualTo(4);
  }

  @Test
  void aStatementOfARolledBackTransactionWorksInTheNext() {
    jdbi.useHandle(
        handle -> {
          handle.begin();
          handle.execute("INSERT INTO numbers (number) VALUES (?)", 4);
          handle.rollback();
        });

    insert(4);

    assertThat(jdbi.<Integer, RuntimeException>withHandle(handle -> count(handle, 1))).isEqualTo(4);
  }

  /** A statement that wasn't reset would keep its read transaction open. */
  @Test
  void aKeptStatementHoldsNoTransaction() {
    jdbi.useHandle(
        handle ->
            assertThat(
                    handle
                        .createQuery("SELECT number FROM numbers ORDER BY number")
                        .mapTo(Integer.class)
                        .findFirst())
                .contains(1));
    insert(4);
    Jdbi other = Jdbi.create("jdbc:sqlite:" + folder.resolve("lab.db"));

    int busy =
        other.withHandle(
            handle ->
                handle
                    .createQuery("PRAGMA wal_checkpoint(TRUNCATE)")
                    .map((row, context) -> row.getInt(1))
                    .one());

    assertThat(busy).isZero();
  }

  @Test
  void theNumberOfStatementsIsBounded() {
    for (int i = 0; i < 1_000; i++) {
      int form = i;
      jdbi.useHandle(handle -> handle.createQuery("SELECT " + form).mapTo(Integer.class).one());
    }

    assertThat(kept.size()).isEqualTo(300);
    assertThat(jdbi.<Integer, RuntimeException>withHandle(handle -> count(handle, 1))).isEqualTo(3);
  }
}
