package io.gridfleet.lb.run;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The description of a device at its reservation, stored because inventories change.
 *
 * @param fields named as in rest.md#runs; those without a value are absent
 */
public record ReservedDevice(Map<String, String> fields, Map<String, String> tags) {
  public ReservedDevice {
    fields = Collections.unmodifiableMap(new TreeMap<>(fields));
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
  }

  public Optional<String> field(String name) {
    return Optional.ofNullable(fields.get(name));
  }
}
