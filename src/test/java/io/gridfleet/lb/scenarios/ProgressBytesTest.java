package io.gridfleet.lb.scenarios;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.lab.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Progress bytes (capabilities.md#progress), as a client receives them on its socket. */
@ExtendWith(LeakCheck.class)
final class ProgressBytesTest {
  private static final String PROGRESS = "'gridfleet:newSessionRequestProgress':";

  @RegisterExtension final Lab lab = new Lab();

  @BeforeEach
  void oneBusyPhone() throws IOException {
    lab.start(SimulatedFleet.of(1, 1), Map.of("newSession", Map.of("progressInterval", "100ms")));
    busy = lab.session("");
  }

  private String busy = "";

  @ParameterizedTest
  @ValueSource(strings = {"true", "'true'", "'True'"})
  void ticksAreLineEndsAndASuccessBeginsWithItsValue(String asked) throws IOException {
    Asked waiting = lab.newSession(PROGRESS + asked);
    Wire.Head head = waiting.wire().readHead();
    assertThat(head.statusLine()).isEqualTo("HTTP/1.1 200 OK");
    assertThat(head.header("transfer-encoding")).isEqualTo("chunked");
    assertThat(head.header("content-length")).isEmpty();
    assertThat(head.header("content-type")).isEqualTo("application/json; charset=utf-8");
    assertThat(head.header("cache-control")).isEqualTo("no-cache, no-transform");
    for (int tick = 0; tick < 3; tick++) {
      assertThat(waiting.wire().readChunk()).containsExactly('\n');
    }
    lab.delete(busy);
    assertThat(rest(waiting.wire()))
        .matches("(?s)\n*\\{\"value\":\\{\"sessionId\":.*,\"progress\":\\[\\{\"t\":.*}]}")
        .doesNotContain("\"status\"");
  }

  @Test
  void aFailureBehindThe200CarriesStatus33() throws IOException {
    Asked waiting = lab.newSession(PROGRESS + "true,'gridfleet:waitForDeviceOnlineTimeout':2");
    assertThat(waiting.wire().readHead().status()).isEqualTo(200);
    assertThat(waiting.wire().readChunk()).containsExactly('\n');
    assertThat(rest(waiting.wire()))
        .matches(
            "(?s)\n*\\{\"status\":33,\"value\":\\{\"error\":\"session not created\",\"message\":"
                + "\"No available good condition devices.*,\"progress\":\\[.*]}");
  }

  @Test
  void inlineStreamsTheStepsFirst() throws IOException {
    Asked waiting = lab.newSession(PROGRESS + "'inline'");
    waiting.wire().readHead();
    String first = new String(waiting.wire().readChunk(), UTF_8);
    assertThat(first)
        .matches(
            "\\{\"progress\":\\[\\{\"t\":[0-9.]+,\"state\":\"waiting\","
                + "\"message\":\"waiting for a device\\. See"
                + " http://lab:4444/ui/requests/[0-9a-f-]{36}\"}\n");
    assertThat(new String(waiting.wire().readChunk(), UTF_8)).isEqualTo("\n");
    lab.delete(busy);
    String whole = first + rest(waiting.wire());
    assertThat(JsonClient.JSON.readTree(whole).path("progress")).hasSize(2);
    assertThat(JsonClient.JSON.readTree(whole).at("/value/sessionId").asText()).isNotEmpty();
    assertThat(whole).matches("(?s).*],\"value\":\\{\"sessionId\".*").doesNotContain("\"status\"");
  }

  @Test
  void inlineEndsInStatus33WhenItFails() throws IOException {
    Asked waiting = lab.newSession(PROGRESS + "'inline','gridfleet:waitForDeviceOnlineTimeout':2");
    Answered failed = waiting.answered();
    assertThat(failed.json().path("status").asInt()).isEqualTo(33);
    assertThat(failed.error()).isEqualTo("session not created");
    assertThat(failed.json().path("progress")).hasSize(1);
  }

  @Test
  void aPeerOfHttp10GetsNone() throws IOException {
    byte[] body = Lab.w3c(PROGRESS + "true").getBytes(UTF_8);
    Wire old = lab.wire();
    old.send("POST /session HTTP/1.0\r\nContent-Length: " + body.length + "\r\n\r\n").send(body);
    lab.untilWaiting(1);
    Asked modern = lab.newSession(PROGRESS + "true");
    modern.wire().readHead();
    modern.wire().readChunk();
    lab.delete(busy);
    Wire.Response answer = old.readResponse();
    assertThat(answer.head().header("transfer-encoding")).isEmpty();
    assertThat(answer.head().header("content-length"))
        .isEqualTo(Integer.toString(answer.body().length));
    assertThat(answer.text()).startsWith("{\"value\":{\"sessionId\":");
  }

  @Test
  void aWaitOfMoreThanAnHourGetsThemByDefaultUnlessTheClientDisablesThem() throws IOException {
    String hours = "'gridfleet:waitForDeviceOnlineTimeout':3601";
    Asked silent = lab.newSession(hours + "," + PROGRESS + "false");
    lab.untilWaiting(1);
    Asked telling = lab.newSession(hours);
    telling.wire().readHead();
    assertThat(telling.wire().readChunk()).containsExactly('\n');
    telling.leave();
    lab.untilWaiting(1);
    lab.delete(busy);
    Answered answered = silent.answered();
    assertThat(answered.head().header("transfer-encoding")).isEmpty();
    assertThat(answered.sessionId()).isNotEmpty();
  }

  @Test
  void theBodyIsFinishedWhenTheServerStops() throws IOException {
    Asked waiting = lab.newSession(PROGRESS + "true");
    waiting.wire().readHead();
    waiting.wire().readChunk();
    lab.stop(Duration.ZERO);
    assertThat(rest(waiting.wire())).contains("{\"status\":33,").contains("stopping").endsWith("}");
  }

  @Test
  void aClientThatGoesAwayLeavesNoTicking() throws IOException {
    Asked waiting = lab.newSession(PROGRESS + "true");
    waiting.wire().readHead();
    waiting.wire().reset();
    lab.untilWaiting(0);
  }

  /** What is left of a chunked body; it must have its proper end. */
  private static String rest(Wire wire) throws IOException {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    for (byte[] chunk = wire.readChunk(); chunk.length > 0; chunk = wire.readChunk()) {
      rest.writeBytes(chunk);
    }
    return rest.toString(UTF_8);
  }
}
