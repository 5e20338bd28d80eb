package io.gridfleet.lb.run;

import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.run.DriverPacks.PlatformRef;
import io.gridfleet.lb.run.RunException.Kind;
import io.gridfleet.lb.run.Runs.Reserving;
import io.gridfleet.lb.run.Runs.Want;
import io.gridfleet.lb.selector.Selector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Creates a run with all its devices, or fails at once. */
final class ReserveDevices {
  /** Inhibitors that exclude a device from reservations. The store decides whether it is free. */
  private static final Set<Inhibitor.Kind> UNFIT =
      EnumSet.of(Inhibitor.Kind.MAINTENANCE, Inhibitor.Kind.DRAINING, Inhibitor.Kind.OFFLINE);

  private final Runs runs;
  private final DeviceStatuses devices;
  private final DriverPacks packs;
  private final RunConfig config;
  private final RunListener listener;

  ReserveDevices(
      Runs runs,
      DeviceStatuses devices,
      DriverPacks packs,
      RunConfig config,
      RunListener listener) {
    this.runs = runs;
    this.devices = devices;
    this.packs = packs;
    this.config = config;
    this.listener = listener;
  }

  /**
   * Reserves all required devices, or none.
   *
   * @param usable the devices that the caller may use, by configured attributes
   * @throws RunException if the request can never be satisfied; the stage fails with one if too few
   *     devices are free
   */
  CompletionStage<Run> reserve(RunRequest request, Selector usable) {
    if (request.ttl().compareTo(config.mostTtl()) > 0) {
      throw new RunException(
          Kind.TTL_TOO_LONG, "ttl_minutes must be <= %d".formatted(config.mostTtl().toMinutes()));
    }
    List<DeviceStatus> all =
        devices.all().stream()
            .filter(state -> usable.matches(state.device().configured()))
            .toList();
    List<Want> wants = new ArrayList<>();
    for (Requirement requirement : request.requirements()) {
      check(requirement, all);
      wants.add(
          new Want(
              requirement.amount().atLeast(),
              requirement.amount().atMost(),
              candidates(requirement, all)));
    }
    return runs.reserve(RunId.random(), request, wants)
        .thenApply(outcome -> created(request, outcome));
  }

  private Run created(RunRequest request, Reserving outcome) {
    if (outcome instanceof Reserving.Shortage shortage) {
      throw shortage(request.requirements().get(shortage.want()), shortage.free());
    }
    Run run = ((Reserving.Reserved) outcome).run();
    listener.changed(run);
    listener.created(run);
    return run;
  }

  private List<Reservation> candidates(Requirement requirement, List<DeviceStatus> all) {
    return all.stream()
        .filter(state -> fit(state) && inGroups(requirement, state))
        .sorted(Comparator.comparing(state -> state.has(Inhibitor.Kind.AVOIDED)))
        .map(
            state ->
                Reservation.of(
                    state.device().id(),
                    DeviceDescription.of(state.device(), state.override(), packs)))
        .filter(entry -> matches(requirement, entry.snapshot()))
        .toList();
  }

  private static boolean inGroups(Requirement requirement, DeviceStatus state) {
    return requirement.groups().isEmpty()
        || DeviceDescription.groups(
                state.device(), DeviceDescription.tags(state.device(), state.override()))
            .containsAll(requirement.groups());
  }

  private static boolean fit(DeviceStatus state) {
    return state.inhibitors().stream().noneMatch(inhibitor -> UNFIT.contains(inhibitor.kind()));
  }

  private static boolean matches(Requirement requirement, ReservedDevice device) {
    Map<String, String> fields = device.fields();
    return requirement.packId().equals(fields.get("pack_id"))
        && requirement.platformId().equals(fields.get("platform_id"))
        && requirement.osVersion().map(v -> v.equals(fields.get("os_version"))).orElse(true)
        && device.tags().entrySet().containsAll(requirement.tags().entrySet());
  }

  private void check(Requirement requirement, List<DeviceStatus> all) {
    PlatformRef ref = new PlatformRef(requirement.packId(), requirement.platformId());
    DriverPack pack = packs.pack(requirement.packId()).orElse(null);
    String code =
        pack == null
            ? "pack_unavailable"
            : switch (pack.state()) {
              case ENABLED -> pack.platform(ref.platformId()).isPresent() ? "" : "platform_removed";
              case DRAFT -> "pack_unavailable";
              case DISABLED -> "pack_disabled";
              case DRAINING -> "pack_draining";
            };
    boolean ofTheLab =
        pack == null && all.stream().anyMatch(state -> packs.of(state.device()).equals(ref));
    if (!code.isEmpty() && !ofTheLab) {
      throw new RunException(
          Kind.PLATFORM,
          "Pack %s with platform %s can't be reserved: %s. Packs and their platforms: %s"
              .formatted(
                  ref.packId(), ref.platformId(), code.replace('_', ' '), packs.enabledText()),
          Map.of("code", code, "pack_id", ref.packId(), "platform_id", ref.platformId()));
    }
  }

  private static RunException shortage(Requirement requirement, int free) {
    return new RunException(
        Kind.SHORTAGE,
        "Not enough devices for pack_id=%s platform_id=%s %s: matched %d eligible devices right now."
                .formatted(
                    requirement.packId(), requirement.platformId(), requirement.amountText(), free)
            + " GET /api/availability?platform_id=%s&count=%d tells when there are more"
                .formatted(requirement.platformId(), requirement.amount().atLeast()));
  }
}
