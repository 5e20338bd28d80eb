package io.gridfleet.lb.session;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock.Kind;
import java.time.Instant;

/**
 * An expired lock of a dead replica; its node may hold a session that isn't recorded.
 *
 * @param lock its holder is the attempt's idempotency key, or the id of the session that ended
 * @param kind {@code ATTEMPT} or {@code ENDING}
 * @param since when the lock was taken, by the store's clock
 * @param expired when it expired, by the store's clock
 */
public record ExpiredLock(DeviceLock lock, Kind kind, Instant since, Instant expired) {}
