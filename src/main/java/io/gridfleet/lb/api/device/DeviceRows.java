package io.gridfleet.lb.api.device;

import io.gridfleet.lb.api.http.ApiCaller;
import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.run.DeviceDescription;
import io.gridfleet.lb.run.DeviceStatus;
import io.gridfleet.lb.run.DeviceStatuses;
import io.gridfleet.lb.run.DriverPacks;
import io.gridfleet.lb.run.RunBindings;
import io.gridfleet.lb.run.RunId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The devices of the lab as rows of the API. */
public final class DeviceRows {
  private final DeviceStatuses states;
  private final DriverPacks packs;
  private final RunBindings bindings;

  public DeviceRows(DeviceStatuses states, DriverPacks packs, RunBindings bindings) {
    this.states = states;
    this.packs = packs;
    this.bindings = bindings;
  }

  public DriverPacks packs() {
    return packs;
  }

  /** Returns the devices that the caller may see. */
  public List<DeviceRow> all(ApiCaller caller) {
    return seen(caller).map(state -> row(state, caller)).toList();
  }

  /** The states of the devices that the caller may see; {@link #row} makes a row of one. */
  List<DeviceStatus> states(ApiCaller caller) {
    return seen(caller).toList();
  }

  /** As {@link #all}, without what rows have beside the device. */
  public List<Device> devices(ApiCaller caller) {
    return seen(caller).map(DeviceStatus::device).toList();
  }

  /** Fails with 422 and GridFleet's text for groups that none of these devices is in. */
  public static void checkGroups(Collection<String> asked, List<DeviceRow> all) {
    Set<String> unknown = new TreeSet<>(asked);
    for (DeviceRow row : all) {
      if (unknown.isEmpty()) {
        return;
      }
      unknown.removeAll(row.groups());
    }
    if (!unknown.isEmpty()) {
      throw ApiError.of(422, "unknown device groups: " + String.join(", ", unknown));
    }
  }

  private Stream<DeviceStatus> seen(ApiCaller caller) {
    return states.all().stream().filter(state -> caller.sees(state.device()));
  }

  public Optional<DeviceRow> find(DeviceId id, ApiCaller caller) {
    return states
        .find(id)
        .filter(state -> caller.sees(state.device()))
        .map(state -> row(state, caller));
  }

  /** Returns the device; fails with 404 if the caller may not see it. */
  DeviceRow get(DeviceId id, ApiCaller caller) {
    return find(id, caller)
        .orElseThrow(() -> ApiError.notFound("Device %s was not found".formatted(id)));
  }

  /** Returns the device with this connection target, udid or other name. */
  public Optional<DeviceRow> byTarget(String target, ApiCaller caller) {
    List<DeviceStatus> all = seen(caller).toList();
    return first(all, device -> attribute(device, "connection_target").equals(target))
        .or(() -> first(all, device -> device.udid().filter(target::equals).isPresent()))
        .or(() -> first(all, device -> attribute(device, "identity_value").equals(target)))
        .or(() -> first(all, device -> device.address().equals(target)))
        .or(() -> first(all, device -> device.id().value().equalsIgnoreCase(target)))
        .map(state -> row(state, caller));
  }

  public boolean seesDevice(ApiCaller caller, DeviceId id) {
    return states.device(id).filter(caller::sees).isPresent();
  }

  /** Returns whether the caller may see a live run; false for an unknown one. */
  public boolean seesRun(ApiCaller caller, String run) {
    return caller.seesAll()
        || RunId.parse(run).flatMap(bindings::live).filter(caller::sees).isPresent();
  }

  /** Returns the inhibitors without details that the caller may not see. */
  public List<Inhibitor> shown(DeviceId device, List<Inhibitor> inhibitors, ApiCaller caller) {
    return caller.seesAll()
        ? inhibitors
        : find(device, caller)
            .map(row -> inhibitors.stream().map(row::shown).toList())
            .orElse(List.of());
  }

  private static String attribute(Device device, String key) {
    return DeviceDescription.text(device, key).orElse("");
  }

  private static Optional<DeviceStatus> first(List<DeviceStatus> all, Predicate<Device> wanted) {
    return all.stream().filter(state -> wanted.test(state.device())).findFirst();
  }

  DeviceRow row(DeviceStatus state, ApiCaller caller) {
    return new DeviceRow(
        state,
        DeviceDescription.of(state.device(), state.override(), packs),
        bindings.of(state.device().id()),
        caller);
  }
}
