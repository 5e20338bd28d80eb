package io.gridfleet.lb.api;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.DeviceDescription;
import io.gridfleet.lb.run.DeviceState;
import io.gridfleet.lb.run.DeviceStates;
import io.gridfleet.lb.run.DriverPacks;
import io.gridfleet.lb.run.RunBindings;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The devices of the lab as rows of the API. */
public final class DeviceRows {
  private final DeviceStates states;
  private final DriverPacks packs;
  private final RunBindings bindings;

  public DeviceRows(DeviceStates states, DriverPacks packs, RunBindings bindings) {
    this.states = states;
    this.packs = packs;
    this.bindings = bindings;
  }

  DriverPacks packs() {
    return packs;
  }

  List<DeviceRow> all() {
    return states.all().stream().map(this::row).toList();
  }

  Optional<DeviceRow> find(DeviceId id) {
    return states.find(id).map(this::row);
  }

  /** The device; 404 when there is none. */
  DeviceRow get(DeviceId id) {
    return find(id).orElseThrow(() -> ApiError.notFound("Device %s was not found".formatted(id)));
  }

  /** The device that a connection target, a udid or any other name of it stands for. */
  Optional<DeviceRow> byTarget(String target) {
    List<DeviceState> all = states.all();
    return first(all, device -> said(device, "connection_target").equals(target))
        .or(() -> first(all, device -> device.udid().filter(target::equals).isPresent()))
        .or(() -> first(all, device -> said(device, "identity_value").equals(target)))
        .or(() -> first(all, device -> device.address().equals(target)))
        .or(() -> first(all, device -> device.id().value().equalsIgnoreCase(target)));
  }

  private static String said(Device device, String key) {
    return DeviceDescription.text(device, key).orElse("");
  }

  private Optional<DeviceRow> first(List<DeviceState> all, Predicate<Device> wanted) {
    return all.stream().filter(state -> wanted.test(state.device())).findFirst().map(this::row);
  }

  private DeviceRow row(DeviceState state) {
    return new DeviceRow(
        state,
        DeviceDescription.of(state.device(), state.override(), packs),
        bindings.of(state.device().id()));
  }
}
