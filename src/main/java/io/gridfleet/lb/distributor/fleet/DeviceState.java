package io.gridfleet.lb.distributor.fleet;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.distributor.explain.DeviceSnapshot;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The current state of a device in the distributor: description, facts that exclude it, and its
 * {@link DeviceSlots}. Guarded by the distributor's lock.
 */
public final class DeviceState {
  private final int index;
  private final DeviceSlots slots;
  private Device device;

  /** Copied from the device: a pick compares thousands of states and reads no other object. */
  private int rank;

  private long idStart;
  private int recentFailures;
  private boolean draining;
  private boolean yielded;
  private @Nullable String offline;
  private @Nullable String maintenance;
  private @Nullable String reservedBy;
  private @Nullable Instant coolingUntil;
  private @Nullable Instant avoidedUntil;
  private String avoidedFor = "";

  DeviceState(
      int index,
      Device device,
      DeviceSlots.NodeSessions nodeSessions,
      DeviceSlots.LockQueries queries) {
    this.index = index;
    this.slots = new DeviceSlots(nodeSessions, queries);
    describe(device);
  }

  private void describe(Device newer) {
    device = newer;
    rank = newer.rank();
    idStart = newer.id().start();
  }

  public int index() {
    return index;
  }

  public Device device() {
    return device;
  }

  public int rank() {
    return rank;
  }

  /** Returns a prefix of the id that orders most devices as their ids do. */
  public long idStart() {
    return idStart;
  }

  public int recentFailures() {
    return recentFailures;
  }

  public DeviceSlots.NodeSessions nodeSessions() {
    return slots.nodeSessions();
  }

  void replace(Device newer, DeviceSlots.NodeSessions itsNode) {
    slots.moveTo(itsNode);
    describe(newer);
    draining = false;
  }

  public void drain() {
    draining = true;
  }

  public boolean draining() {
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

  public void failed() {
    recentFailures++;
  }

  public void succeeded() {
    recentFailures = 0;
  }

  /** Returns its slots; {@link SlotTable#changed} must be called after each change of them. */
  public DeviceSlots slots() {
    return slots;
  }

  /** Returns a copy for use without the distributor's lock. */
  public DeviceSnapshot state() {
    return new DeviceSnapshot(
        index,
        device,
        slots.held(),
        freeSlots() > 0,
        reservedBy(),
        new DeviceSnapshot.Service(offline, maintenance, draining),
        new DeviceSnapshot.Rest(coolingUntil, avoidedUntil, avoidedFor));
  }

  /** Returns whether it is in service: free, or excluded only by sessions. */
  public boolean inService(Instant now) {
    return offline == null && maintenance == null && !draining && !cooling(now);
  }

  /** Yields its free slots to requests of other replicas that have waited longer. */
  public void yielded(boolean now) {
    yielded = now;
  }

  public boolean isYielded() {
    return yielded;
  }

  public int freeSlots() {
    return yielded ? 0 : device.slots() - slots.sessions();
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

  /** Returns whether the device may be given to such a request once a slot is free. */
  public boolean admits(Question question, Instant now) {
    return !draining
        && maintenance == null
        && (offline == null || question.named().isPresent())
        && question.run().equals(Optional.ofNullable(reservedBy))
        && !cooling(now);
  }
}
