package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.history.DevicePeriod;
import io.gridfleet.lb.history.DevicePeriod.Actors;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.DevicePeriod.Labels;
import io.gridfleet.lb.history.DevicePeriod.NamedDevice;
import io.gridfleet.lb.history.DevicePeriod.Who;
import io.gridfleet.lb.history.PeriodChange;
import io.gridfleet.lb.history.RecordedCapabilities;
import io.gridfleet.lb.newsession.AttemptOutcome;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.node.NodeProbeListener;
import io.gridfleet.lb.run.Reservation;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunListener;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionListener;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Records what happens to devices on this replica: each period is recorded by the replica that
 * caused it. Nodes are probed by all replicas; the first that records a device as offline has the
 * period and ends it, and another one that doesn't reach the node then begins one in the next
 * maintenance of the history. Any thread; never blocks.
 */
final class DeviceRecorder
    implements NewSessionListener, SessionListener, RunListener, NodeProbeListener {
  private static final int MAX_TEXT = 1_000;

  private final Consumer<PeriodChange> records;
  private final Inventory inventory;
  private final InstantSource storeTime;

  /** The tenant and run of requests are known to their sessions and not to failed attempts. */
  private final RequestOwners owners;

  /** Nodes whose devices were recorded as offline here. */
  private final Set<NodeId> offline = ConcurrentHashMap.newKeySet();

  /** Returns whose a request in progress is. */
  interface RequestOwners {
    Who of(String request);
  }

  DeviceRecorder(
      Consumer<PeriodChange> records,
      Inventory inventory,
      InstantSource storeTime,
      RequestOwners owners) {
    this.records = records;
    this.inventory = inventory;
    this.storeTime = storeTime;
    this.owners = owners;
  }

  private static NamedDevice named(Device device) {
    return new NamedDevice(device.id(), device.name(), device.platform());
  }

  private NamedDevice named(DeviceId id) {
    return inventory
        .device(id)
        .map(DeviceRecorder::named)
        .orElseGet(() -> new NamedDevice(id, id.value(), ""));
  }

  private void begin(NamedDevice device, Kind kind, Optional<Instant> until, Labels labels) {
    records.accept(
        new PeriodChange.Begin(
            new DevicePeriod(
                UUID.randomUUID().toString(),
                device,
                kind,
                storeTime.instant(),
                Optional.empty(),
                until,
                labels)));
  }

  private void end(DeviceId device, Kind kind) {
    end(device, kind, Optional.empty());
  }

  private void end(DeviceId device, Kind kind, Optional<String> by) {
    records.accept(new PeriodChange.End(device, kind, storeTime.instant(), by));
  }

  private static Labels byHand(String text, String by) {
    return new Labels(Who.NOBODY, "operator", text, new Actors(Optional.of(by), Optional.empty()));
  }

  // ---- sessions and attempts

  /** How a session ended, or that it is live. */
  private record EndedAs(String cause, Optional<String> by) {
    static final EndedAs LIVE = new EndedAs("live", Optional.empty());
  }

  private DevicePeriod session(
      Session session, Optional<String> request, Optional<Instant> ended, EndedAs as) {
    DeviceLock lock = session.lock();
    return new DevicePeriod(
        "session/" + lock.device() + "/" + lock.slot() + "/" + lock.token(),
        named(lock.device()),
        Kind.SESSION,
        session.created(),
        ended,
        Optional.empty(),
        new Labels(
            new Who(
                Optional.of(session.id().value()),
                request,
                session.terms().run(),
                Optional.of(session.terms().tenant())),
            as.cause(),
            session.terms().testName().orElse(""),
            new Actors(Optional.empty(), as.by())));
  }

  @Override
  public void published(NewSessionRequest request, Session session) {
    records.accept(
        new PeriodChange.Begin(
            session(session, Optional.of(request.id()), Optional.empty(), EndedAs.LIVE)));
  }

  @Override
  public void ended(Session session, EndCause cause, Duration lived) {
    Instant end = session.created().plus(lived);
    records.accept(
        new PeriodChange.Whole(
            session(
                session,
                Optional.empty(),
                Optional.of(end),
                new EndedAs(cause.reason().code(), cause.by()))));
  }

  @Override
  public void attemptEnded(
      NewSessionRequest request, Device device, AttemptOutcome outcome, Duration took) {
    if (outcome instanceof AttemptOutcome.DeviceFailed failed) {
      Instant now = storeTime.instant();
      String words = failed.answer().map(answer -> answer.error().message()).orElse("");
      Who owner = owners.of(request.id());
      records.accept(
          new PeriodChange.Whole(
              new DevicePeriod(
                  UUID.randomUUID().toString(),
                  named(device),
                  Kind.FAILED_ATTEMPT,
                  now.minus(took),
                  Optional.of(now),
                  Optional.empty(),
                  new Labels(
                      new Who(
                          Optional.empty(), Optional.of(request.id()), owner.run(), owner.tenant()),
                      failed.causeCode(),
                      RecordedCapabilities.withoutSecrets(
                          request.payload().candidates(),
                          words.isEmpty() ? failed.cause() : words,
                          MAX_TEXT)))));
    }
  }

  @Override
  public void avoidanceChanged(Device device, Optional<AvoidedDevice> now) {
    if (now.isEmpty()) {
      end(device.id(), Kind.AVOIDED);
    } else {
      begin(
          named(device),
          Kind.AVOIDED,
          now.map(AvoidedDevice::until),
          new Labels(Who.NOBODY, "failed", now.get().cause()));
    }
  }

  // ---- runs

  private static Who of(Run run) {
    return new Who(
        Optional.empty(), Optional.empty(), Optional.of(run.id().value()), run.request().tenant());
  }

  @Override
  public void created(Run run) {
    for (Reservation entry : run.reservations()) {
      begin(
          named(entry.device()),
          Kind.RESERVATION,
          Optional.empty(),
          new Labels(of(run), "run", run.name()));
    }
  }

  @Override
  public void ended(Run run) {
    for (Reservation entry : run.reservations()) {
      end(entry.device(), Kind.COOLDOWN);
      end(entry.device(), Kind.RESERVATION, run.status().by());
    }
  }

  @Override
  public void coolingDown(Run run, DeviceId device, Duration howLong) {
    String reason =
        run.reservations().stream()
            .filter(entry -> entry.device().equals(device))
            .flatMap(entry -> entry.exclusion().stream())
            .map(exclusion -> exclusion.reason())
            .findFirst()
            .orElse("");
    begin(
        named(device),
        Kind.COOLDOWN,
        Optional.of(storeTime.instant().plus(howLong)),
        new Labels(of(run), "run", reason));
  }

  // ---- operators

  /** Records the maintenance of a device as an override has it. */
  void maintenance(DeviceId device, Optional<String> reason, String by) {
    if (reason.isPresent()) {
      begin(named(device), Kind.MAINTENANCE, Optional.empty(), byHand(reason.get(), by));
    } else {
      end(device, Kind.MAINTENANCE, Optional.of(by));
    }
  }

  void locked(DeviceLock lock, String by) {
    begin(named(lock.device()), Kind.OPERATOR_LOCK, Optional.empty(), byHand(lock.holder(), by));
  }

  void unlocked(DeviceId device, String by) {
    end(device, Kind.OPERATOR_LOCK, Optional.of(by));
  }

  // ---- nodes

  @Override
  public void nodeDown(NodeId node, String cause) {
    offline.add(node);
    of(node)
        .forEach(
            device ->
                begin(
                    named(device),
                    Kind.OFFLINE,
                    Optional.empty(),
                    new Labels(Who.NOBODY, "node", cause)));
  }

  @Override
  public void nodeUp(NodeId node) {
    if (offline.remove(node)) {
      of(node).forEach(device -> end(device.id(), Kind.OFFLINE));
    }
  }

  private List<Device> of(NodeId node) {
    return inventory.devices().stream().filter(device -> device.node().id().equals(node)).toList();
  }
}
