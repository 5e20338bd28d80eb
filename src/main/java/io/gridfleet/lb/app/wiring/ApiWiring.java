package io.gridfleet.lb.app.wiring;

import com.github.benmanes.caffeine.cache.Ticker;
import io.gridfleet.lb.api.ApiRoutes;
import io.gridfleet.lb.api.ServerRoutes;
import io.gridfleet.lb.api.device.CatalogRoutes;
import io.gridfleet.lb.api.device.DeviceRoutes;
import io.gridfleet.lb.api.device.DeviceRows;
import io.gridfleet.lb.api.device.TestDataRoutes;
import io.gridfleet.lb.api.event.EventFeed;
import io.gridfleet.lb.api.event.EventRoutes;
import io.gridfleet.lb.api.history.DeviceHistoryRoutes;
import io.gridfleet.lb.api.history.RequestRoutes;
import io.gridfleet.lb.api.history.UsageRoutes;
import io.gridfleet.lb.api.history.WhatIfRoutes;
import io.gridfleet.lb.api.http.ApiRequest;
import io.gridfleet.lb.api.overview.OverviewRoutes;
import io.gridfleet.lb.api.queue.QueueRoutes;
import io.gridfleet.lb.api.queue.QueueView;
import io.gridfleet.lb.api.run.ClaimRoutes;
import io.gridfleet.lb.api.run.RunDeviceRoutes;
import io.gridfleet.lb.api.run.RunRoutes;
import io.gridfleet.lb.api.selector.SelectorRoutes;
import io.gridfleet.lb.api.session.SessionHistory;
import io.gridfleet.lb.api.session.SessionRoutes;
import io.gridfleet.lb.api.session.SessionRows;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.OperatorLocks;
import io.gridfleet.lb.run.ChangeOverride;
import io.gridfleet.lb.run.RunBindings;
import io.gridfleet.lb.run.RunCommands;
import io.gridfleet.lb.run.SessionRecords;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The routes of the API, over what {@link SuiteWiring} has made. */
final class ApiWiring {
  private final SuiteWiring.Parts parts;
  private final SqlStore store;
  private final Suites suites;
  private final EventFeed events;
  private final InstantSource clock;
  private final DeviceRows rows;
  private final SessionRoutes sessions;
  private final QueueView queue;

  /**
   * What suites do with runs and devices.
   *
   * @param deviceChanged publishes the event that a device has changed
   */
  record Suites(
      RunCommands commands,
      RunBindings bindings,
      ChangeOverride overrides,
      Consumer<DeviceId> deviceChanged) {}

  ApiWiring(SuiteWiring.Parts parts, Suites suites, EventFeed events, InstantSource clock) {
    this.parts = parts;
    this.store = parts.store();
    this.suites = suites;
    this.events = events;
    this.clock = clock;
    this.rows = new DeviceRows(parts.lab(), parts.packs(), suites.bindings());
    this.sessions = sessions();
    this.queue = parts.queue().view();
  }

  private SessionRoutes sessions() {
    return new SessionRoutes(
        new SessionRows(
            SessionRecords.of(store.sessionMap()), store.testReports(), store.sessionPages()),
        store.testReports(),
        rows,
        suites.commands(),
        new SessionRoutes.Server(
            (id, by) ->
                parts
                    .endSession()
                    .endKnowing(
                        id,
                        new EndCause(EndReason.OPERATOR, Optional.of(by)),
                        EndSession.NodeKnows.TELL_IT),
            new SessionHistory(parts.history().requests()::ofSession, parts.history()::commandsOf)),
        store.time());
  }

  ApiRoutes routes() {
    return new ApiRoutes(devices(), runs(), matching(), new EventRoutes(events, rows), server());
  }

  private ApiRoutes.Devices devices() {
    OperatorLocks locks = new OperatorLocks(store.deviceLocks(), locksListener());
    return new ApiRoutes.Devices(
        new DeviceRoutes(rows, suites.overrides(), locks, sessions::ofDevice, clock),
        new DeviceHistoryRoutes(parts.history().periods().devices(), rows),
        new TestDataRoutes(rows, suites.overrides(), this::testDataChanged),
        new CatalogRoutes(rows, store.runs()));
  }

  private ApiRoutes.Suites runs() {
    RunCommands commands = suites.commands();
    RunRoutes runs =
        new RunRoutes(store.runs(), commands, rows, sessions, store.time(), ApiWiring::gridUrl);
    return new ApiRoutes.Suites(
        runs,
        new RunDeviceRoutes(commands, runs, rows),
        new ClaimRoutes(commands, runs, rows, store.time()),
        sessions);
  }

  private ApiRoutes.Matching matching() {
    QueueRoutes waiting = new QueueRoutes(queue);
    return new ApiRoutes.Matching(
        waiting,
        new RequestRoutes(
            new RequestRoutes.Sources(
                parts.history().requests(), parts.history().open()::find, waiting::rowOf)),
        new SelectorRoutes(parts.distributor(), store.deviceLocks(), rows, clock));
  }

  private ApiRoutes.Server server() {
    return new ApiRoutes.Server(
        new ServerRoutes(parts.health(), rows),
        new OverviewRoutes(new ServerOverview(store, parts.distributor(), clock), queue),
        new UsageRoutes(store.usage(), rows, store.time(), Ticker.systemTicker()),
        new WhatIfRoutes(parts.history().whatIf(), rows, store.time()));
  }

  private void testDataChanged(DeviceId device) {
    events.publish("test_data.updated", Map.of("device_id", device.value()));
  }

  private OperatorLocks.Listener locksListener() {
    DeviceLog log = new DeviceLog(parts.inventory());
    return new OperatorLocks.Listener() {
      @Override
      public void locked(DeviceLock lock, String by) {
        log.locked(lock, by);
        HeldLock held = new HeldLock(lock, HeldLock.Kind.OPERATOR, Instant.now(), Optional.empty());
        parts.updates().held(held);
        suites.deviceChanged().accept(lock.device());
        parts.history().periods().recorder().locked(lock, by);
      }

      @Override
      public void freed(DeviceLock lock, String by) {
        log.unlocked(lock, by);
        parts.distributor().freedHere(lock);
        suites.deviceChanged().accept(lock.device());
        parts.history().periods().recorder().unlocked(lock.device(), by);
      }
    };
  }

  private static String gridUrl(ApiRequest request) {
    return "http://" + request.header("host").orElse("localhost:4444");
  }
}
