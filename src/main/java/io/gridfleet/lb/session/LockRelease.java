package io.gridfleet.lb.session;

import io.gridfleet.lb.device.DeviceLock;
import java.util.concurrent.CompletionStage;

/** Frees the slot of a session that was deleted on its node, for the next request. */
@FunctionalInterface
public interface LockRelease {
  CompletionStage<Void> release(DeviceLock lock);
}
