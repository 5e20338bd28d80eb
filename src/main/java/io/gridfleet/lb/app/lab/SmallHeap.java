package io.gridfleet.lb.app.lab;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Returns heap to the system. The reading of a large lab needs several times the memory of what
 * remains, and a JVM keeps up to 70 % of its heap free (MaxHeapFreeRatio); the two limits are set
 * lower for one collection, and then as they were.
 */
final class SmallHeap {
  private static final Logger log = LoggerFactory.getLogger(SmallHeap.class);

  private static final String MIN_FREE = "MinHeapFreeRatio";
  private static final String MAX_FREE = "MaxHeapFreeRatio";

  private static final String MIN_PERCENT = "10";
  private static final String MAX_PERCENT = "30";

  private SmallHeap() {}

  /** Collects at once; takes some hundred milliseconds for 50 000 devices. */
  static void collect() {
    try {
      HotSpotDiagnosticMXBean flags =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      String min = flags.getVMOption(MIN_FREE).getValue();
      String max = flags.getVMOption(MAX_FREE).getValue();
      // The minimum must not be above the maximum at any time.
      set(flags, MIN_FREE, min, MIN_PERCENT);
      set(flags, MAX_FREE, max, MAX_PERCENT);
      System.gc();
      flags.setVMOption(MAX_FREE, max);
      flags.setVMOption(MIN_FREE, min);
    } catch (RuntimeException otherVm) {
      log.debug("the heap's limits can't be set", otherVm);
      System.gc();
    }
  }

  private static void set(
      HotSpotDiagnosticMXBean flags, String name, String before, String percent) {
    if (Integer.parseInt(before) > Integer.parseInt(percent)) {
      flags.setVMOption(name, percent);
    }
  }
}
