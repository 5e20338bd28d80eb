package io.gridfleet.lb.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ApiJsonTest {
  private static final Instant START = Instant.parse("2026-11-28T20:30:00.123456Z");

  @Test
  void theTimeOfManyRowsIsFormattedOnce() {
    String first = ApiJson.time(START);
    assertThat(first).isEqualTo("2026-11-28T20:30:00.123456Z");
    assertThat(ApiJson.time(Instant.parse("2026-11-28T20:30:00.123456Z"))).isSameAs(first);
  }

  @Test
  void moreTimesThanAreKeptAreEachTheirOwn() {
    for (int turn = 0; turn < 2; turn++) {
      for (int second = 0; second < 500; second++) {
        Instant instant = START.plusSeconds(second);
        assertThat(Instant.parse(ApiJson.time(instant))).isEqualTo(instant);
      }
    }
  }

  /** Beyond the first piece, and with values of other sizes than the first ones. */
  @Test
  void thePiecesOfAnArrayAreItsJson() {
    List<String> values = IntStream.range(0, 100).mapToObj(i -> "é".repeat(i * 50)).toList();
    ArrayPieces<String> pieces = new ArrayPieces<>(values, text -> Map.of("text", text));
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (pieces.hasNext()) {
      all.writeBytes(pieces.next());
    }
    assertThat(all.toByteArray())
        .isEqualTo(ApiJson.bytes(values.stream().map(text -> Map.of("text", text)).toList()));
  }
}
