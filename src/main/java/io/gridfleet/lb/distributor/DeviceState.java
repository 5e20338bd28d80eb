package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.distributor.explain.DeviceSnapshot;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A device as the distributor sees it now: what it is, what hinders it, and its {@link
 * DeviceSlots}. Guarded by the distributor's lock.
 */
public final class DeviceState {
  private final int index;
  private final DeviceSlots slots;
  private Device device;

  /** Of the device, kept here: a pick compares thousands of seats and looks at no other object. */
  private int rank;

  private long idStart;
  private int recentFailures;
  private boolean draining;
  private boolean leftToOthers;
  private @Nullable String offline;
  private @Nullable String maintenance;
  private @Nullable String reservedBy;
  private @Nullable Instant coolingUntil;
  private @Nullable Instant avoidedUntil;
  private String avoidedFor = "";

  DeviceState(int index, Device device, DeviceSlots.NodeSessions nodeSessions) {
    this.index = index;
    this.slots = new DeviceSlots(nodeSessions);
    describe(device);
  }

  private void describe(Device newer) {
    device = newer;
    rank = newer.rank();
    idStart = newer.id().start();
  }

  int index() {
    return index;
  }

  public Device device() {
    return device;
  }

  int rank() {
    return rank;
  }

  /** Orders most devices as their ids do. */
  long idStart() {
    return idStart;
  }

  int recentFailures() {
    return recentFailures;
  }

  DeviceSlots.NodeSessions nodeSessions() {
    return slots.nodeSessions();
  }

  void replace(Device newer, DeviceSlots.NodeSessions itsNode) {
    slots.moveTo(itsNode);
    describe(newer);
    draining = false;
  }

  void drain() {
    draining = true;
  }

  boolean draining() {
    return draining;
  }

  void offline(@Nullable String cause) {
    offline = cause;
  }

  void facts(DeviceFacts known) {
    maintenance = known.maintenance();
    reservedBy = known.reservedBy();
    coolingUntil = known.coolingUntil();
    avoidedUntil = known.avoidedUntil();
    avoidedFor = known.avoidedFor();
  }

  void failed() {
    recentFailures++;
  }

  void succeeded() {
    recentFailures = 0;
  }

  /** What holds its slots; {@link SlotTable#changed} is to be called after each change of them. */
  DeviceSlots slots() {
    return slots;
  }

  /** A copy, for what is computed without the distributor's lock. */
  DeviceSnapshot state() {
    return new DeviceSnapshot(
        index,
        device,
        slots.held(),
        freeSlots() > 0,
        reservedBy(),
        new DeviceSnapshot.Service(offline, maintenance, draining),
        new DeviceSnapshot.Rest(coolingUntil, avoidedUntil, avoidedFor));
  }

  /** Whether it serves at all: nothing hinders it that doesn't end with a session. */
  boolean inService(Instant now) {
    return offline == null && maintenance == null && !draining && !cooling(now);
  }

  /** Leaves what is free to requests of other replicas, which have waited longer. */
  void leftToOthers(boolean left) {
    leftToOthers = left;
  }

  boolean isLeftToOthers() {
    return leftToOthers;
  }

  int freeSlots() {
    return leftToOthers ? 0 : device.slots() - slots.sessions();
  }

  Optional<String> reservedBy() {
    return Optional.ofNullable(reservedBy);
  }

  boolean avoided(Instant now) {
    return avoidedUntil != null && now.isBefore(avoidedUntil);
  }

  boolean cooling(Instant now) {
    return coolingUntil != null && now.isBefore(coolingUntil);
  }

  /** Whether a request of this run, or of none, may have the device when it is free. */
  boolean admits(Question question, Instant now) {
    return !draining
        && maintenance == null
        && (offline == null || question.named().isPresent())
        && question.run().equals(Optional.ofNullable(reservedBy))
        && !cooling(now);
  }
}
