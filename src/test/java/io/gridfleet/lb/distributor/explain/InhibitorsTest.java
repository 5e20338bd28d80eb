package io.gridfleet.lb.distributor.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.device.Inhibitor.Kind;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.PickStrategy;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.distributor.Verdict;
import io.gridfleet.lb.newsession.NewSessionLab;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.selector.Selector;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Devices of other tenants in the verdicts of a request. */
final class InhibitorsTest {
  private static final Instant NOW = Instant.parse("2026-11-28T00:00:00Z");
  private static final Selector ANY = Selector.everything();

  private static Verdict verdict(Device device, Question... questions) {
    DeviceSnapshot snapshot =
        new DeviceSnapshot(
            0,
            device,
            List.of(),
            true,
            Optional.empty(),
            new DeviceSnapshot.Service(null, null, false),
            new DeviceSnapshot.Rest(null, null, ""));
    PlacementRequest request =
        new PlacementRequest(
            "r1",
            List.of(questions),
            new PlacementRequest.QueuePosition(0, NOW, 0),
            new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
            new Quota("lab", OptionalInt.empty()));
    return Inhibitors.best(snapshot, request, Optional.empty(), NOW);
  }

  private static Question question(Selector selector, Selector tenantDevices) {
    return new Question(selector, tenantDevices, Optional.empty(), Optional.empty());
  }

  private static Device phone() {
    return NewSessionLab.phone("phone-1", "Android");
  }

  private static Device taggedThroughTheApi() {
    Device plain = phone();
    return new Device(
        plain.id(),
        plain.node(),
        plain.name(),
        plain.udid(),
        plain.platform(),
        Attributes.of(Map.of("udid", "phone-1", "team", "ours")),
        plain.rank(),
        plain.slots(),
        plain.capabilities(),
        plain.defaultCapabilities(),
        plain.configured());
  }

  @Test
  void aDeviceOfAnotherTenantIsNamedAsSuch() {
    Selector theirs = Selector.parse("udid:phone-2");

    Verdict verdict = verdict(phone(), question(ANY, theirs));

    assertThat(verdict.inhibitors()).extracting(Inhibitor::kind).containsExactly(Kind.OTHER_TENANT);
    assertThat(verdict.matches()).isFalse();
    assertThat(verdict(phone(), question(ANY, Selector.parse("udid:phone-1"))).inhibitors())
        .as("its own tenant")
        .isEmpty();
  }

  @Test
  void tagsThatTheApiWroteMakeNobodyItsTenant() {
    Selector ours = Selector.parse("team:ours");

    assertThat(verdict(taggedThroughTheApi(), question(ours, ours)).inhibitors())
        .extracting(Inhibitor::kind)
        .containsExactly(Kind.OTHER_TENANT);
  }

  @Test
  void theSelectorIsComparedFirstAndTheNearestQuestionCounts() {
    Selector theirs = Selector.parse("udid:phone-2");

    assertThat(verdict(phone(), question(theirs, theirs)).inhibitors())
        .extracting(Inhibitor::kind)
        .containsExactly(Kind.NOT_MATCHING);
    assertThat(verdict(phone(), question(theirs, theirs), question(ANY, theirs)).inhibitors())
        .extracting(Inhibitor::kind)
        .containsExactly(Kind.OTHER_TENANT);
    assertThat(verdict(phone(), question(ANY, theirs), question(ANY, ANY)).inhibitors()).isEmpty();
  }

  private static String lockedBy(HeldLock.Purpose purpose, Optional<String> reader) {
    HeldLock lock =
        new HeldLock(
            new DeviceLock(phone().id(), 0, "session-1", 7),
            HeldLock.Kind.SESSION,
            NOW.minusSeconds(9),
            Optional.empty(),
            Optional.of("ci"),
            purpose);
    DeviceSnapshot snapshot =
        new DeviceSnapshot(
            0,
            phone(),
            List.of(lock),
            false,
            Optional.empty(),
            new DeviceSnapshot.Service(null, null, false),
            new DeviceSnapshot.Rest(null, null, ""));
    return DeviceInhibitors.of(snapshot, Optional.empty(), reader, NOW).get(0).text();
  }

  @Test
  void aBusyDeviceNamesTheTestAndTheRunToThoseWhoMaySeeThem() {
    HeldLock.Purpose purpose = new HeldLock.Purpose(Optional.of("checkout"), Optional.of("run-5"));

    String whole = "locked (for 9 s, by checkout in run run-5)";
    assertThat(lockedBy(purpose, Optional.empty())).isEqualTo(whole);
    assertThat(lockedBy(purpose, Optional.of("ci"))).isEqualTo(whole);
    assertThat(lockedBy(purpose, Optional.of("nightly"))).isEqualTo("locked (for 9 s)");
    assertThat(lockedBy(HeldLock.Purpose.UNKNOWN, Optional.empty()))
        .isEqualTo("locked (for 9 s, by ci)");
  }
}
