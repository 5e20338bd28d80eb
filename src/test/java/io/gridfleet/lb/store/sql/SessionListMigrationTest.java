package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.store.StoreAddress;
import io.gridfleet.lb.store.StoreAddress.Postgres;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreKind;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A store of schema version 11, with rows, is listed as a store of this program. */
final class SessionListMigrationTest {

  @ParameterizedTest
  @EnumSource(names = {"SQLITE_FILE", "POSTGRESQL"})
  void rowsThatWereThereBeforeAreListed(StoreKind kind) {
    StoreAddress address = kind.emptyDatabase();
    SessionListWorld world = new SessionListWorld(7);
    Jdbi jdbi = Jdbi.create(url(address));
    Flyway.configure()
        .dataSource(url(address), null, null)
        .locations("classpath:db/migration")
        .target("11")
        .table("schema_history")
        .load()
        .migrate();
    jdbi.useTransaction(handle -> world.add(handle, 300));

    try (SqlStore store = StoreKind.open(StoreConfig.at(address))) {
      SessionPagesContractTest.sameAsTheModel(store, world);
      store.jdbi().useTransaction(handle -> world.change(handle, 60));
      SessionPagesContractTest.sameAsTheModel(store, world);
    }
  }

  static String url(StoreAddress address) {
    if (address instanceof Postgres postgres) {
      String user = (postgres.options().isEmpty() ? "?user=" : "&user=") + postgres.user();
      return "jdbc:postgresql://"
          + postgres.hosts()
          + "/"
          + postgres.database()
          + postgres.options()
          + user;
    }
    return "jdbc:" + address;
  }
}
