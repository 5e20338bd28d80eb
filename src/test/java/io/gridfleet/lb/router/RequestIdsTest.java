package io.gridfleet.lb.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Ids of requests are UUIDs that sort by the time of their arrival. */
final class RequestIdsTest {
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

  @Test
  void laterIdsSortBehindEarlierOnes() {
    List<String> ids =
        IntStream.range(0, 1_000)
            .mapToObj(millis -> RequestIds.next(NOON.plusMillis(millis)))
            .toList();

    assertThat(ids).isSorted();
  }

  @Test
  void theyAreDifferentWithinAMillisecondAndHaveVersionAndVariantOfTheRfc() {
    List<String> ids = Stream.generate(() -> RequestIds.next(NOON)).limit(10_000).toList();

    assertThat(ids).doesNotHaveDuplicates();
    UUID one = UUID.fromString(ids.get(0));
    assertThat(one.version()).isEqualTo(7);
    assertThat(one.variant()).isEqualTo(2);
    assertThat(one.getMostSignificantBits() >>> 16).isEqualTo(NOON.toEpochMilli());
  }
}
