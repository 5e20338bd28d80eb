package io.gridfleet.lb.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Test;

final class LeakCheckTest {

  @Test
  void aLostBufferIsReportedAndAReleasedOneIsNot() {
    LeakCheck check = new LeakCheck();
    check.listen();
    try {
      assertThat(PooledByteBufAllocator.DEFAULT.directBuffer(64).release()).isTrue();
      assertThat(check.leaks()).isEmpty();

      int lost = PooledByteBufAllocator.DEFAULT.directBuffer(64).capacity();
      assertThat(lost).isEqualTo(64);
      await().until(() -> !check.leaks().isEmpty());
    } finally {
      check.stopListening();
    }
  }

  /** Netty by itself is silent about the second loss at the same place, in whichever test. */
  @Test
  void aLossAtTheSamePlaceIsReportedAgain() {
    for (int loss = 0; loss < 3; loss++) {
      LeakCheck check = new LeakCheck();
      check.listen();
      try {
        assertThat(PooledByteBufAllocator.DEFAULT.directBuffer(64).capacity()).isEqualTo(64);
        assertThat(check.leaks()).hasSize(1);
      } finally {
        check.stopListening();
      }
    }
  }
}
