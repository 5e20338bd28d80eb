package io.gridfleet.lb.store.open;

import io.gridfleet.lb.store.DatabaseErrors;
import io.gridfleet.lb.store.StoreAddress;
import io.gridfleet.lb.store.StoreStartException;
import java.io.IOException;
import java.net.URL;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.exception.FlywayValidateException;

/** The tables of the store and their versions. */
final class Schema {
  private final StoreAddress address;
  private final Flyway flyway;

  Schema(StoreAddress address, Dialect dialect, DataSource source) {
    this.address = address;
    this.flyway =
        Flyway.configure(new Migrations())
            .dataSource(source)
            .locations("classpath:db/migration", "classpath:" + dialect.migrations())
            .table("schema_history")
            .failOnMissingLocations(true)
            .cleanDisabled(true)
            // By default those of a newer program are no error.
            .ignoreMigrationPatterns(new String[0])
            .load();
  }

  /** Migrates the tables to the version of this program; several replicas may do so at once. */
  void migrate() throws StoreStartException {
    try {
      migrateIfKnown();
    } catch (FlywayException e) {
      throw new StoreStartException(
          "The tables of the store " + address + " can't be made: " + reason(e), e);
    }
  }

  private void migrateIfKnown() throws StoreStartException {
    try {
      flyway.migrate();
    } catch (FlywayValidateException e) {
      refuseNewer();
      throw new StoreStartException(
          "The store "
              + address
              + " has tables that this program didn't make or that were changed by hand; nothing"
              + " was touched: "
              + DatabaseErrors.sentence(e),
          e);
    }
  }

  private void refuseNewer() throws StoreStartException {
    MigrationInfo[] all = flyway.info().all();
    Optional<MigrationInfo> newer =
        Arrays.stream(all)
            .filter(each -> each.getState() == MigrationState.FUTURE_SUCCESS)
            .reduce((first, last) -> last);
    if (newer.isPresent()) {
      throw new StoreStartException(
          "The store %s has schema version %s, made by a newer GridFleet LB; this one knows versions up to %s. Start the newer program, or give this one another store. Nothing was changed."
              .formatted(address, newer.get().getVersion(), known(all)));
    }
  }

  /** Finds the migrations in the first place that has them, without a look into all other jars. */
  private static final class Migrations extends ClassLoader {
    Migrations() {
      super(Schema.class.getClassLoader());
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      URL first = name.startsWith("db/") ? getResource(name) : null;
      return first == null ? super.getResources(name) : Collections.enumeration(List.of(first));
    }
  }

  private static String known(MigrationInfo... all) {
    return Arrays.stream(all)
        .filter(each -> each.getState() != MigrationState.FUTURE_SUCCESS)
        .map(each -> String.valueOf(each.getVersion()))
        .reduce((first, last) -> last)
        .orElse("0");
  }

  private static String reason(FlywayException e) {
    Throwable deepest = e;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return DatabaseErrors.sentence(deepest);
  }
}
