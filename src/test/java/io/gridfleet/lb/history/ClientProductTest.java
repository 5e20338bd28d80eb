package io.gridfleet.lb.history;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClientProductTest {
  @ParameterizedTest
  @CsvSource({
    "selenium/4.38.0 (python linux), selenium python 4.38.0",
    "appium/python 5.2.4 (selenium/4.38.0 (python linux)), appium python",
    "'selenium/4.27.0 (java unix)', selenium java 4.27.0",
    "webdriver/9.20.0, webdriver 9.20.0",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36, Mozilla 5.0",
    "curl/8.5.0, curl 8.5.0",
    "a client, a",
    "'', ''",
    "(nothing), ''"
  })
  void theProductIsReadFromTheHeader(String header, String expected) {
    assertThat(ClientProduct.of(header)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"200", "300000"})
  void aLongHeaderIsBounded(int length) {
    assertThat(ClientProduct.of("x".repeat(length))).hasSizeLessThanOrEqualTo(64);
    assertThat(ClientProduct.of("a/" + "1".repeat(length))).hasSizeLessThanOrEqualTo(64);
    assertThat(ClientProduct.of("a\n".repeat(length))).isEqualTo("a");
  }
}
