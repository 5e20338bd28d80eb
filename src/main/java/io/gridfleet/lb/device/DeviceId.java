package io.gridfleet.lb.device;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;

/**
 * The permanent id of a device, independent of its node: a lower-case UUID (rest.md#ids-and-times).
 */
public record DeviceId(String value) implements Comparable<DeviceId> {

  /** Returns the id for an inventory key: the key itself if it is a UUID. */
  public static DeviceId of(String key) {
    try {
      return new DeviceId(UUID.fromString(key).toString());
    } catch (IllegalArgumentException notAUuid) {
      byte[] bytes =
          ("gridfleet-device:" + key.toLowerCase(Locale.ROOT)).getBytes(StandardCharsets.UTF_8);
      return new DeviceId(UUID.nameUUIDFromBytes(bytes).toString());
    }
  }

  /**
   * Returns the first eight ASCII characters as a number, which sorts like the ids and rarely
   * collides.
   */
  public long start() {
    long start = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      start = start << Byte.SIZE | (i < value.length() ? value.charAt(i) : 0);
    }
    return start;
  }

  @Override
  public int compareTo(DeviceId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
