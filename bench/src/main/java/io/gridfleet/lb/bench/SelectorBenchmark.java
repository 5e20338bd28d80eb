package io.gridfleet.lb.bench;

import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.selector.Selector;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of a selector: parsing, evaluation on one device, on 10 000, on one that changed. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SelectorBenchmark {
  private static final int DEVICES = 10_000;

  private static final List<String> MODELS =
      List.of("Pixel 4", "Pixel 8", "Galaxy S22", "Galaxy S23", "iPhone 14", "iPhone 15", "Shield");

  private static final List<String> PLACES =
      List.of("Mountain View, US", "Palo Alto, US", "Paris, FR", "Tokyo, JP");

  /** A simple selector, AppiumLB's longest example, and one with all constructs. */
  @Param({
    "device_type:ios",
    "device_type:android geos:\"Palo Alto, US\",geos:\"Mountain View, US\""
        + " device_skus:\"Pixel 4\",device_skus:\"Galaxy S23\"",
    "-device_type:ios os_version:>=10 model:gal* battery_level:20..90 -tag.team:[search, ads]"
  })
  public String text;

  private Selector selector;
  private Attributes[] devices;
  private final BitSet matches = new BitSet(DEVICES);
  private int next;

  @Setup
  public void prepare() {
    selector = Selector.parse(text);
    devices = new Attributes[DEVICES];
    for (int i = 0; i < DEVICES; i++) {
      devices[i] = device(i);
      matches.set(i, selector.matches(devices[i]));
    }
  }

  private static Attributes device(int i) {
    String model = MODELS.get(i % MODELS.size());
    boolean apple = model.startsWith("iPhone");
    return Attributes.of(
        Map.ofEntries(
            Map.entry("id", "device-" + i),
            Map.entry("udid", "0000" + Integer.toHexString(i * 7919)),
            Map.entry("device_type", apple ? "ios" : "android"),
            Map.entry("manufacturer", apple ? "Apple" : "other"),
            Map.entry("model", model),
            Map.entry("device_skus", List.of(model, model + " 5G")),
            Map.entry("geos", List.of(PLACES.get(i / 7 % PLACES.size()))),
            Map.entry("carriers", List.of("Sprint", "WiFi")),
            Map.entry("os_version", 9 + i % 8 + "." + i % 5),
            Map.entry("battery_level", i % 101),
            Map.entry("network_type", "wifi"),
            Map.entry("network_connected", true),
            Map.entry("hostname", "mac-mini-" + i % 200),
            Map.entry("tag", Map.of("team", i % 3 == 0 ? "checkout" : "search", "bench", "b" + i))));
  }

  @Benchmark
  public Selector parse() {
    return Selector.parse(text);
  }

  @Benchmark
  public boolean matchOne() {
    next = (next + 1) % DEVICES;
    return selector.matches(devices[next]);
  }

  @Benchmark
  public int matchTenThousand() {
    int found = 0;
    for (Attributes device : devices) {
      found += selector.matches(device) ? 1 : 0;
    }
    return found;
  }

  @Benchmark
  public boolean oneDeviceChanges() {
    next = (next + 1) % DEVICES;
    boolean fits = selector.matches(devices[next]);
    matches.set(next, fits);
    return fits;
  }
}
