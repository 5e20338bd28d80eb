package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.device.DeviceOverrides;
import io.gridfleet.lb.store.sql.SqlStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link DeviceOverrides} promises, on every database. */
@ParameterizedClass
@MethodSource("io.gridfleet.lb.store.StoreKind#underTest")
final class DeviceOverridesContractTest {
  private final StoreKind kind;
  private final DeviceId phone = device();
  private SqlStore store;
  private DeviceOverrides overrides;

  DeviceOverridesContractTest(StoreKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = kind.open();
    overrides = store.deviceOverrides();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aChangeStartsFromNothingAndIsKept() {
    DeviceOverride wanted =
        new DeviceOverride(
            phone,
            Optional.of("screen broken"),
            Map.of("team", "checkout"),
            Map.of("account", Map.of("name", "ann", "pins", List.of(1, 2))));

    DeviceOverride answered =
        now(
            overrides.change(
                phone,
                before -> {
                  assertThat(before).isEqualTo(DeviceOverride.none(phone));
                  return wanted;
                }));

    assertThat(answered).isEqualTo(wanted);
    assertThat(now(overrides.all())).containsExactly(wanted);
  }

  @Test
  void changesAtTheSameTimeAllCount() {
    List<CompletionStage<DeviceOverride>> changes = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      changes.add(overrides.change(phone, tagged("tag-" + i)));
    }
    changes.forEach(Facts::now);

    assertThat(now(overrides.all()).get(0).tags()).hasSize(20);
  }

  private static UnaryOperator<DeviceOverride> tagged(String tag) {
    return before -> {
      Map<String, String> tags = new HashMap<>(before.tags());
      tags.put(tag, "yes");
      return new DeviceOverride(before.device(), before.maintenance(), tags, before.testData());
    };
  }
}
