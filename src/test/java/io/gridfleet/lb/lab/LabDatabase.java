package io.gridfleet.lb.lab;

import io.gridfleet.lb.store.PostgresPart;
import io.gridfleet.lb.store.StoreAddress;
import io.gridfleet.lb.store.StoreKind;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A PostgreSQL database for a lab with migrated, empty tables. A database that was given back is
 * emptied for the next lab: a new one for each test would write gigabytes in one run.
 */
public final class LabDatabase implements AutoCloseable {
  private static final Queue<StoreAddress.Postgres> GIVEN_BACK = new ConcurrentLinkedQueue<>();

  private final StoreAddress.Postgres address;

  private LabDatabase(StoreAddress.Postgres address) {
    this.address = address;
  }

  public static LabDatabase take() {
    StoreAddress.Postgres used = GIVEN_BACK.poll();
    return new LabDatabase(
        used == null
            ? (StoreAddress.Postgres) StoreKind.POSTGRESQL.migratedDatabase()
            : PostgresPart.emptied(used));
  }

  /** As {@code store:} names it. */
  @Override
  public String toString() {
    return address.toString();
  }

  /** Gives the database back. */
  @Override
  public void close() {
    GIVEN_BACK.add(address);
  }
}
