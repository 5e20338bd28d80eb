package io.gridfleet.lb.store.statement;

import io.gridfleet.lb.device.FleetSignal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to execute operations in one transaction, in the order of their {@link GroupPlace}.
 * Confined to the thread that executes it.
 */
final class GroupTransaction {
  private final List<StoreOperation<?>> ordered;
  private final Statements.Commit commit;
  private final List<Executed<?>> executed = new ArrayList<>();
  private @Nullable StoreOperation<?> current;

  /** An operation and its value, which counts once the transaction has committed. */
  private record Executed<T>(StoreOperation<T> operation, @Nullable T value) {
    void complete() {
      operation.result().complete(value);
    }
  }

  GroupTransaction(List<StoreOperation<?>> operations, Statements.Commit commit) {
    this.ordered = new ArrayList<>(operations);
    this.ordered.sort(Comparator.comparing(StoreOperation::place));
    this.commit = commit;
  }

  /** Executes all; the caller commits what isn't committed with the signals. */
  @Nullable Void execute(Handle handle) {
    List<FleetSignal> signals = new ArrayList<>();
    boolean excluded = false;
    for (StoreOperation<?> each : ordered) {
      current = each;
      if (each.place().rank() == GroupPlace.Rank.LOCK && !excluded) {
        exclude(handle, tenants());
        excluded = true;
      }
      executed.add(executed(each, handle, signals));
    }
    current = null;
    commit.sendAndCommit(handle, signals);
    return null;
  }

  /**
   * Excludes reservations and other attempts of tenants with a limit until the transaction ends: a
   * statement that counts must begin when all before it have committed.
   *
   * @param tenants in the order in which every replica excludes them
   */
  static void exclude(Handle handle, Collection<String> tenants) {
    if (tenants.isEmpty()) {
      handle.execute("<noReservationMeanwhile>");
    }
    for (String tenant : tenants) {
      handle.createUpdate("<noReservationNorTenantMeanwhile>").bind("tenant", tenant).execute();
    }
  }

  private static <T> Executed<T> executed(
      StoreOperation<T> operation, Handle handle, List<FleetSignal> signals) {
    return new Executed<>(operation, operation.work().execute(handle, signals::add));
  }

  private NavigableSet<String> tenants() {
    NavigableSet<String> tenants = new TreeSet<>();
    ordered.forEach(each -> each.place().tenant().ifPresent(tenants::add));
    return tenants;
  }

  /** Returns the operation whose statement failed; none if all were executed. */
  Optional<StoreOperation<?>> failed() {
    return Optional.ofNullable(current);
  }

  /** Completes the operations, after the commit. */
  void complete() {
    executed.forEach(Executed::complete);
  }
}
