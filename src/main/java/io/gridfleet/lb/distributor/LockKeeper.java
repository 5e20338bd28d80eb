package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the locks of attempts that are under way, all in one statement. A lock that was lost
 * meanwhile is only told of: the attempt finds out when it wants to publish.
 */
public final class LockKeeper {
  private static final Logger log = LoggerFactory.getLogger(LockKeeper.class);

  private final DeviceLocks locks;
  private final Duration expiry;
  private final Set<DeviceLock> kept = ConcurrentHashMap.newKeySet();

  public LockKeeper(DeviceLocks locks, Duration expiry) {
    this.locks = locks;
    this.expiry = expiry;
  }

  /** Renews from now on; a second call begins a second schedule. */
  public void start(ScheduledExecutorService timer, Duration every) {
    var unused =
        timer.scheduleWithFixedDelay(
            this::renew, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  public void keep(DeviceLock lock) {
    kept.add(lock);
  }

  public void letGo(DeviceLock lock) {
    kept.remove(lock);
  }

  void renew() {
    if (kept.isEmpty()) {
      return;
    }
    try {
      locks
          .renew(List.copyOf(kept), expiry)
          .whenComplete(
              (lost, failure) -> {
                if (failure != null) {
                  log.warn("locks can't be renewed: {}", failure.toString());
                } else {
                  lost.forEach(lock -> log.warn("the lock on device {} was lost", lock.device()));
                  kept.removeAll(lost);
                }
              });
    } catch (RuntimeException refused) {
      log.warn("locks can't be renewed: {}", refused.toString());
    }
  }
}
