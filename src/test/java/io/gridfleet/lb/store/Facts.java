package io.gridfleet.lb.store;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Facts to put into a store, and ways to wait for it. */
final class Facts {
  static final Duration MINUTE = Duration.ofMinutes(1);

  private Facts() {}

  static DeviceId device() {
    return DeviceId.of(UUID.randomUUID().toString());
  }

  static SessionId sessionId() {
    return new SessionId(UUID.randomUUID().toString());
  }

  static Session session(DeviceLock lock) {
    return session(sessionId(), lock, MINUTE);
  }

  static Session session(SessionId id, DeviceLock lock, Duration idleLimit) {
    return new Session(
        id,
        lock,
        new NodeId("mini-1"),
        new Session.Terms(
            "lab", Optional.of("run-7"), Optional.empty(), idleLimit, Duration.ofMinutes(2), true),
        Capabilities.of(
            Map.of(
                "platformName",
                "iOS",
                "appium:x",
                List.of(1, "zwei"),
                "nested",
                Map.of("a", true))),
        Map.of("/se/cdp", "ws://127.0.0.1:9222/devtools"),
        Instant.EPOCH);
  }

  /** The value of a stage, or its failure. */
  static <T> T now(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof StoreException failure) {
        throw failure;
      }
      throw e;
    }
  }
}
