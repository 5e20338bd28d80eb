package io.gridfleet.lb.distributor.explain;

import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.device.Inhibitor.Kind;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.Verdict;
import io.gridfleet.lb.distributor.Verdicts;
import io.gridfleet.lb.distributor.explain.FittingDevices.Hindrance;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Waiting requests that ask for the same; one verdict on a device is true of all of them. */
final class QueueGroup {
  private final int number;
  private final QueueState.Waiting first;
  private final List<@Nullable DeviceSnapshot> devices;
  private final InhibitorTable inhibitors;
  private final BitSet fitting = new BitSet();
  private @Nullable List<Verdict> known;
  private @Nullable Verdicts summary;
  private @Nullable FittingDevices devicesThatFit;

  /**
   * @param devices by their index
   */
  QueueGroup(
      int number,
      QueueState.Waiting first,
      List<@Nullable DeviceSnapshot> devices,
      InhibitorTable inhibitors) {
    this.number = number;
    this.first = first;
    this.devices = devices;
    this.inhibitors = inhibitors;
    first.fitting().forEach(fitting::or);
  }

  int number() {
    return number;
  }

  /** Returns the devices that fit, by their index; not to be changed. */
  BitSet devices() {
    return fitting;
  }

  boolean competesWith(QueueGroup other) {
    return fitting.intersects(other.fitting);
  }

  private List<Verdict> all() {
    if (known == null) {
      PlacementRequest request = first.placement();
      known =
          fitting.stream()
              .mapToObj(devices::get)
              .filter(Objects::nonNull)
              .map(it -> Inhibitors.bestOfFitting(it, request, first.fitting(), inhibitors))
              .filter(Objects::nonNull)
              .toList();
    }
    return known;
  }

  /** Returns a summary of the verdicts on the devices that fit; others aren't listed. */
  Verdicts verdicts() {
    if (summary == null) {
      summary = Verdicts.of(all());
    }
    return summary;
  }

  /**
   * @param quota the tenant's limit of sessions, if it is reached
   */
  FittingDevices fitting(Optional<Integer> quota) {
    if (devicesThatFit == null) {
      devicesThatFit = new FittingDevices(all().size(), nearest(), hindrances());
    }
    return quota.isPresent() ? limited(devicesThatFit, quota.get()) : devicesThatFit;
  }

  private static FittingDevices limited(FittingDevices fitting, int most) {
    List<Hindrance> all = new ArrayList<>();
    all.add(
        new Hindrance(
            "quota",
            "You may have %d sessions at once".formatted(most),
            fitting.total(),
            Optional.empty()));
    all.addAll(fitting.hindrances());
    return new FittingDevices(fitting.total(), fitting.examples(), all);
  }

  private List<Hindrance> hindrances() {
    return verdicts().examples().entrySet().stream()
        .map(each -> hindrance(each.getValue(), verdicts().counts().getOrDefault(each.getKey(), 0)))
        .sorted(Comparator.comparingInt(Hindrance::devices).reversed())
        .toList();
  }

  /** Returns the first devices without an inhibitor, then those with the least restrictive. */
  private List<Verdict> nearest() {
    List<Verdict> nearest = new ArrayList<>();
    Map<Kind, List<Verdict>> others = new TreeMap<>(Comparator.reverseOrder());
    for (Verdict verdict : all()) {
      List<Verdict> same =
          verdict.inhibitors().isEmpty()
              ? nearest
              : others.computeIfAbsent(
                  verdict.inhibitors().get(0).kind(), kind -> new ArrayList<>());
      if (same.size() < FittingDevices.MAX_EXAMPLES) {
        same.add(verdict);
      }
    }
    others.values().forEach(nearest::addAll);
    return nearest.stream().limit(FittingDevices.MAX_EXAMPLES).toList();
  }

  private static Hindrance hindrance(Inhibitor example, int devices) {
    return new Hindrance(example.kind().code(), example.text(), devices, example.until());
  }
}
