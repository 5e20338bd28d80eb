package io.gridfleet.lb.webdriver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WebDriverErrorTest {
  @Test
  void theBodyHasTheShapeOfTheSpecification() {
    WebDriverError error = WebDriverError.of(ErrorCode.INVALID_SESSION_ID, "gone");
    assertThat(error.status()).isEqualTo(404);
    assertThat(Json.text(error.body()))
        .isEqualTo(
            "{\"value\":{\"error\":\"invalid session id\",\"message\":\"gone\",\"stacktrace\":\"\"}}");
  }

  @Test
  void dataStandsInTheValueAndTheLegacyNumberInFront() {
    WebDriverError error =
        WebDriverError.of(ErrorCode.SESSION_NOT_CREATED, "none", Map.of("locked", 3));
    assertThat(Json.text(error.bodyWithLegacyStatus()))
        .isEqualTo(
            "{\"status\":33,\"value\":{\"error\":\"session not created\",\"message\":\"none\","
                + "\"stacktrace\":\"\",\"data\":{\"locked\":3}}}");
  }

  @Test
  void theTransportMayHaveABetterStatus() {
    WebDriverError error = WebDriverError.of(ErrorCode.INVALID_ARGUMENT, "large").withStatus(413);
    assertThat(error.status()).isEqualTo(413);
    assertThat(error.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
  }

  @Test
  void aCodeIsFoundByItsName() {
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(ErrorCode.of(code.text())).contains(code);
    }
    assertThat(ErrorCode.of("stale element reference")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "a b", "a?b", "a#b", "a%2e", "ä", "a\n", "a\\b"})
  void whatIsNotASegmentOfAPathIsNoSessionId(String text) {
    assertThat(SessionId.parse(text)).isEmpty();
    assertThatThrownBy(() -> new SessionId(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"5d8f3a", "0f1c9f6e-2a6b-4a2d-8f5e-0a1b2c3d4e5f", "a_b.c:d~e@f,g"})
  void idsOfNodesAreSessionIds(String text) {
    assertThat(SessionId.parse(text)).contains(new SessionId(text));
  }
}
