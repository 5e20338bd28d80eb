package io.gridfleet.lb.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.app.LogLines;
import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is logged of requests that get no session, or no answer from the API. */
final class RefusalLogTest {
  private static final Duration TOOK = Duration.ofMillis(42);
  private static final String CAPABILITIES =
      "{\"capabilities\":{\"alwaysMatch\":{\"vendor:pin\":\"s3cr3t-pin\"}}}";

  @Test
  void aRefusalHasItsReasonAndTheCountsOfDevices() {
    Map<String, Object> inhibitors = new LinkedHashMap<>();
    inhibitors.put("not_matching", 10);
    inhibitors.put("reserved", 3);
    Map<String, Object> data =
        Map.of("devices", 13, "matching", 3, "inhibitors", inhibitors, "attempts", List.of());
    assertThat(refused(WebDriverError.of(ErrorCode.SESSION_NOT_CREATED, "3 reserved", data)))
        .containsExactly(
            "request r-1 refused after 42 ms: session not created: 3 reserved"
                + " [devices 13, matching 3, inhibitors {not_matching=10, reserved=3}] {request=r-1}");
  }

  @Test
  void aRefusalAfterAttemptsHasTheirNumber() {
    Map<String, Object> data = Map.of("attempts", List.of(Map.of(), Map.of()));
    assertThat(refused(WebDriverError.of(ErrorCode.SESSION_NOT_CREATED, "no luck", data)))
        .containsExactly(
            "request r-1 refused after 42 ms: session not created: no luck [attempts 2] {request=r-1}");
  }

  @Test
  void ofALongReasonTheBeginningOfTheFirstLineIsLogged() {
    String reason = "x".repeat(600) + "\nand more";
    assertThat(refused(WebDriverError.of(ErrorCode.INVALID_ARGUMENT, reason)))
        .containsExactly(
            "request r-1 refused after 42 ms: invalid argument: "
                + "x".repeat(500)
                + "… {request=r-1}");
  }

  @Test
  void aSecretThatANodeRepeatsIsNotLogged() {
    assertThat(refused(WebDriverError.of(ErrorCode.INVALID_ARGUMENT, "bad pin s3cr3t-pin")))
        .containsExactly(
            "request r-1 refused after 42 ms: invalid argument: bad pin (not recorded) {request=r-1}");
  }

  @Test
  void aWrongTokenIsLoggedAs401WithItsAddressOnceInTenSeconds() {
    WebDriverError error =
        WebDriverError.of(ErrorCode.SESSION_NOT_CREATED, "token wrong").withStatus(401);
    assertThat(refused(error, error, error))
        .containsExactly(
            "request r-1 refused with 401 from 10.0.0.1: its token is missing or wrong {request=r-1}",
            "left out 2 times in 10 s:"
                + " request {} refused with 401 from {}: its token is missing or wrong");
  }

  @Test
  void anApiCallWithoutOrWithAWrongTokenIsLoggedOnceInTenSecondsWithoutTheToken() {
    LoggedApiAccess access = new LoggedApiAccess(authorization -> Optional.empty());
    try (LogLines log = new LogLines(LoggedApiAccess.class.getName())) {
      access.caller(Optional.of("Bearer hunter2"));
      access.caller(Optional.of("Bearer hunter3"));
      access.caller(Optional.empty());
      assertThat(log.linesAtTheEnd())
          .containsExactly(
              "an API call is refused with 401: its token is wrong",
              "left out 2 times in 10 s: an API call is refused with 401: its token is {}");
    }
  }

  private static List<String> refused(WebDriverError... errors) {
    NewSessionRequest request =
        new NewSessionRequest(
            "r-1",
            Instant.EPOCH,
            NewSessionPayload.parse(CAPABILITIES.getBytes(StandardCharsets.UTF_8)),
            new NewSessionRequest.Origin(
                new Credentials(Optional.empty(), Optional.of("hunter2")),
                Optional.empty(),
                new NewSessionRequest.Client("10.0.0.1", "wdio/9"),
                new NewSessionRequest.Address(Map.of(), false, "127.0.0.1:4444", "")),
            Runnable::run);
    NewSessionLog newSessionLog = new NewSessionLog();
    try (LogLines log = new LogLines("newsession")) {
      for (WebDriverError error : errors) {
        newSessionLog.refused(request, error, TOOK);
      }
      return log.linesAtTheEnd();
    }
  }
}
