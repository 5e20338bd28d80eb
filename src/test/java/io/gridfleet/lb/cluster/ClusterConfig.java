package io.gridfleet.lb.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.SimulatedFleet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A configuration with short times, so that a test sees in seconds what takes minutes. */
final class ClusterConfig {
  private ClusterConfig() {}

  /** A process that starts while the store is down waits for it. */
  private static Map<String, Object> storeSection(String address) {
    return address.startsWith("postgresql:")
        ? Map.of("address", address, "startPatience", "1min")
        : Map.of("address", address);
  }

  static String of(String store, SimulatedFleet fleet) {
    return of(store, fleet.inventory());
  }

  /** For a replica that must not clean up: it is killed before its first sweep. */
  static String withoutSweeps(String store, SimulatedFleet fleet) {
    return of(store, fleet.inventory(), Map.of("idleMargin", "2s", "idleSweep", "1h"), "10s");
  }

  static String of(String store, List<Map<String, Object>> nodes) {
    return of(store, nodes, Map.of("idleMargin", "2s"), "10s");
  }

  /** Where a restart must not take longer than a device is avoided, however busy the machine. */
  static String avoidingForHours(String store, SimulatedFleet fleet) {
    return of(store, fleet.inventory(), Map.of("idleMargin", "2s"), "5h");
  }

  /** JSON is YAML too. */
  private static String of(
      String store, List<Map<String, Object>> nodes, Map<String, Object> session, String avoidFor) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("store", storeSection(store));
    config.put("nodes", nodes);
    config.put(
        "newSession",
        Map.of(
            "lockExpiry", "6s",
            "lockRenewal", "2s",
            "attemptTimeout", "10s",
            "avoidFor", avoidFor));
    config.put("session", session);
    config.put("router", Map.of("drain", "10s"));
    config.put(
        "probe",
        Map.of(
            "interval", "1s", "timeout", "1s", "downAfter", 2, "upAfter", 1, "maxInterval", "2s"));
    try {
      return JsonClient.JSON.writeValueAsString(config);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
