package io.gridfleet.lb.router;

import java.time.Instant;
import java.util.UUID;

/**
 * The ids of new session requests: UUIDs of version 7 (RFC 9562), whose texts sort by time. The
 * indexes of the rows with them are appended to, which takes a database a fraction of the time of
 * entries at random places.
 */
final class RequestIds {
  private static final long RANDOM = 0xfff;
  private static final long VERSION = 0x7000;

  private RequestIds() {}

  /** Returns a new id, of which 74 bits are random. */
  static String next(Instant arrival) {
    UUID random = UUID.randomUUID();
    long time = arrival.toEpochMilli() << 16;
    return new UUID(
            time | VERSION | (random.getMostSignificantBits() & RANDOM),
            random.getLeastSignificantBits())
        .toString();
  }
}
