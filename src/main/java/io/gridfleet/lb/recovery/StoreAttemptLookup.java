package io.gridfleet.lb.recovery;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.session.OrphanedLocks;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.webdriver.SessionId;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Queries attempts and sessions in the store. */
record StoreAttemptLookup(OrphanedLocks locks, SessionMap sessions, Inventory inventory)
    implements UnclaimedSessions.Known {
  @Override
  public CompletionStage<Set<DeviceLock>> attemptsOn(NodeId node) {
    return locks
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
    return sessions
        .live()
        .thenApply(
            live ->
                live.stream()
                    .map(record -> record.session().id())
                    .collect(Collectors.toUnmodifiableSet()));
  }
}
