package io.gridfleet.lb.app.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SmallHeapTest {
  private final HotSpotDiagnosticMXBean vm =
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);

  @Test
  void theLimitsOfTheHeapAreAsBeforeAfterACollection() {
    List<String> before = limits();
    long collections = collections();
    SmallHeap.collect();
    assertThat(limits()).isEqualTo(before);
    assertThat(collections()).isGreaterThan(collections);
  }

  private List<String> limits() {
    return List.of(
        vm.getVMOption("MinHeapFreeRatio").getValue(),
        vm.getVMOption("MaxHeapFreeRatio").getValue());
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(collector -> collector.getCollectionCount())
        .sum();
  }
}
