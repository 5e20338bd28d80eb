package io.gridfleet.lb.device;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;

/**
 * The permanent id of a device, independent of its node: a lower-case UUID (rest.md#ids-and-times).
 */
public record DeviceId(String value) implements Comparable<DeviceId> {
  private static final int DASHES_OF_UUID = 4;

  /** Returns the id for an inventory key: the key itself if it is a UUID. */
  public static DeviceId of(String key) {
    try {
      return hasFormOfUuid(key) ? new DeviceId(UUID.fromString(key).toString()) : named(key);
    } catch (IllegalArgumentException notAUuid) {
      return named(key);
    }
  }

  /** Whether it can be a UUID: an exception for each device of a large lab costs much. */
  private static boolean hasFormOfUuid(String key) {
    int dashes = 0;
    for (int i = 0; i < key.length(); i++) {
      dashes += key.charAt(i) == '-' ? 1 : 0;
    }
    return dashes == DASHES_OF_UUID;
  }

  private static DeviceId named(String key) {
    byte[] bytes =
        ("gridfleet-device:" + key.toLowerCase(Locale.ROOT)).getBytes(StandardCharsets.UTF_8);
    return new DeviceId(UUID.nameUUIDFromBytes(bytes).toString());
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
