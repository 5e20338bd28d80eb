package io.gridfleet.lb.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LauncherTest {
  @ParameterizedTest
  @CsvSource({"1.8,8", "11,11", "17,17", "25,25"})
  void theVersionIsReadInBothSpellings(String specification, int major) {
    assertThat(Launcher.major(specification)).isEqualTo(major);
  }

  @Test
  void anOldJavaGetsOneSentence() {
    assertThat(Launcher.refusal("11", "/usr/lib/jvm/java-11"))
        .isEqualTo("GridFleet LB needs Java 17 or newer; this is Java 11 (/usr/lib/jvm/java-11)");
  }
}
