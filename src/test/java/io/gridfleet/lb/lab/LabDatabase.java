package io.gridfleet.lb.lab;

import io.gridfleet.lb.store.PostgresPart;
import io.gridfleet.lb.store.SqlStore;
import io.gridfleet.lb.store.StoreAddress;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.store.StoreStartException;

/** Empty PostgreSQL databases for labs, copied from one whose tables are made once. */
final class LabDatabase {
  private LabDatabase() {}

  private static final class Template {
    static final StoreAddress.Postgres MADE = make();

    private static StoreAddress.Postgres make() {
      StoreAddress.Postgres empty = PostgresPart.emptyDatabase();
      try {
        SqlStore.open(StoreConfig.at(empty), StoreListener.SILENT).close();
        return empty;
      } catch (StoreStartException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** As {@code store:} names it. */
  static String fresh() {
    return PostgresPart.copyOf(Template.MADE).toString();
  }
}
