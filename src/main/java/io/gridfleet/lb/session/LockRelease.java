package io.gridfleet.lb.session;

import io.gridfleet.lb.device.DeviceLock;
import java.util.concurrent.CompletionStage;

/** Frees the slot of a session that is gone from its node, and lets the next request have it. */
@FunctionalInterface
public interface LockRelease {
  CompletionStage<Void> release(DeviceLock lock);
}
