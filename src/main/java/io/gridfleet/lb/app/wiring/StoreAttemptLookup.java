package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.recovery.UnclaimedSessions;
import io.gridfleet.lb.store.sql.SqlStore;
import io.gridfleet.lb.webdriver.SessionId;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Queries attempts and sessions in the store. */
record StoreAttemptLookup(SqlStore store, Inventory inventory) implements UnclaimedSessions.Known {
  @Override
  public CompletionStage<Set<DeviceLock>> attemptsOn(NodeId node) {
    return store
        .orphanedLocks()
        .attemptsUnderWay()
        .thenApply(
            all ->
                all.stream()
                    .filter(lock -> isOn(node, lock))
                    .collect(Collectors.toUnmodifiableSet()));
  }

  private boolean isOn(NodeId node, DeviceLock lock) {
    return inventory.device(lock.device()).filter(it -> it.node().id().equals(node)).isPresent();
  }

  @Override
  public CompletionStage<Set<SessionId>> liveSessions() {
    return store
        .sessionMap()
        .live()
        .thenApply(
            live ->
                live.stream()
                    .map(record -> record.session().id())
                    .collect(Collectors.toUnmodifiableSet()));
  }
}
