package io.gridfleet.lb.device;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;

/** Names a device for good, whatever node owns it: a lower-case UUID (rest.md#ids-and-times). */
public record DeviceId(String value) implements Comparable<DeviceId> {

  /** The id of a device that the inventory knows by {@code key}: the key itself if it is a UUID. */
  public static DeviceId of(String key) {
    try {
      return new DeviceId(UUID.fromString(key).toString());
    } catch (IllegalArgumentException notAUuid) {
      byte[] bytes =
          ("gridfleet-device:" + key.toLowerCase(Locale.ROOT)).getBytes(StandardCharsets.UTF_8);
      return new DeviceId(UUID.nameUUIDFromBytes(bytes).toString());
    }
  }

  /** Its first eight characters, ASCII all, as a number: in the order of ids, and few are equal. */
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
