package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * What an operator does by hand has the role and the name of the token in the log and the record.
 */
@ExtendWith(LeakCheck.class)
final class OperatorNamesTest {
  private static final String DEVICE = "/api/devices/" + DeviceId.of("phone-1-1");
  private static final List<String> LOGGERS = List.of("session", "run", "device", "newsession");

  @RegisterExtension final Lab lab = new Lab();
  @TempDir Path secrets;

  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          lines.add(event.getFormattedMessage());
        }
      };

  @BeforeEach
  void start() throws IOException {
    appender.start();
    for (String name : LOGGERS) {
      Logger logger = (Logger) LoggerFactory.getLogger(name);
      logger.setLevel(Level.INFO);
      logger.addAppender(appender);
    }
    List<Map<String, Object>> tokens = new ArrayList<>();
    for (String token : List.of("Ada operator", "Grace operator", "ci suite")) {
      String name = token.split(" ")[0];
      Path file = Files.writeString(secrets.resolve(name), name + "-s3cr3t");
      tokens.add(Map.of("name", name, "role", token.split(" ")[1], "secretFile", file.toString()));
    }
    lab.start(SimulatedFleet.of(1, 1), Map.of("tokens", tokens));
  }

  @AfterEach
  void stop() {
    LOGGERS.forEach(name -> ((Logger) LoggerFactory.getLogger(name)).detachAppender(appender));
  }

  private static String token(String name) {
    return "Authorization: Bearer " + name + "-s3cr3t";
  }

  private Answered as(String name, String method, String path, String body) throws IOException {
    Answered answered =
        lab.ask(method, path, body, token(name), "Content-Type: application/json").answered();
    assertThat(answered.status()).as(path + " " + answered.text()).isBetween(200, 299);
    return answered;
  }

  private JsonNode read(String path) throws IOException {
    return as("Ada", "GET", path, "").json();
  }

  private void untilLogged(String... parts) {
    Lab.until(
        "a line with " + List.of(parts),
        () -> lines.stream().anyMatch(line -> List.of(parts).stream().allMatch(line::contains)));
  }

  /** The newest period of this kind, once it has the texts. */
  private void untilPeriod(String kind, String began, String ended) {
    Lab.until(
        kind + " " + began + " " + ended,
        () -> {
          for (JsonNode row : read(DEVICE + "/history").path("items")) {
            if (row.path("kind").asText().equals(kind)) {
              return row.path("began_by").asText("").equals(began)
                  && row.path("ended_by").asText("").equals(ended);
            }
          }
          return false;
        });
  }

  private String session(String members) throws IOException {
    Answered created = lab.newSession(members, token("ci")).answered();
    assertThat(created.status()).as(created.text()).isEqualTo(200);
    return created.sessionId();
  }

  private String run() throws IOException {
    String body =
        "{\"name\":\"nightly\",\"requirements\":[{\"pack_id\":\"appium-uiautomator2\","
            + "\"platform_id\":\"android_mobile\",\"count\":1}]}";
    return as("ci", "POST", "/api/runs", body).json().path("id").asText();
  }

  @Test
  void theEndOfASession() throws IOException {
    String session = session("");
    as("Ada", "POST", "/api/sessions/" + session + "/kill", "{}");

    JsonNode row = read("/api/sessions/" + session);
    assertThat(row.path("end_reason").asText()).isEqualTo("operator");
    assertThat(row.path("ended_by").asText()).isEqualTo("operator Ada");
    assertThat(row.path("error_message").asText())
        .isEqualTo("The session was killed by operator Ada");
    untilLogged("session " + session, "operator, by operator Ada");
    untilPeriod("session", "", "operator Ada");
    String other = session("");
    as("ci", "DELETE", "/session/" + other, "");
    assertThat(read("/api/sessions/" + other).path("ended_by").isNull()).isTrue();
    String own = session("");
    as("ci", "POST", "/api/sessions/" + own + "/kill", "{}");
    assertThat(read("/api/sessions/" + own).path("ended_by").asText()).isEqualTo("suite ci");
  }

  @Test
  void aRequestThatIsTakenOut() throws IOException {
    String session = session("");
    Asked waiting = lab.newSession("'gridfleet:waitForDeviceOnlineTimeout':600", token("ci"));
    Lab.until("it waits", () -> read("/api/queue").path("total").asInt() == 1);
    String request = read("/api/queue").at("/items/0/id").asText();
    as("Ada", "DELETE", "/api/queue/" + request + "?why=repair", "");

    String text = "Operator Ada took the request out of the queue: repair";
    assertThat(waiting.answered().text()).contains(text);
    Lab.until(
        "the record",
        () -> read("/api/requests/" + request).path("error").asText("").contains(text));
    untilLogged(text);
    as("ci", "DELETE", "/session/" + session, "");
  }

  @Test
  void maintenanceAndLocks() throws IOException {
    as("Ada", "POST", DEVICE + "/maintenance", "{\"reason\":\"new battery\"}");
    untilPeriod("maintenance", "operator Ada", "");
    untilLogged("is in maintenance, by operator Ada: new battery");
    as("Ada", "PATCH", DEVICE, "{\"tags\":{\"team\":\"a\"}}");
    as("Grace", "POST", DEVICE + "/maintenance/exit", "");
    untilPeriod("maintenance", "operator Ada", "operator Grace");
    untilLogged("is back from maintenance, by operator Grace");

    as("Ada", "POST", DEVICE + "/lock", "");
    untilPeriod("operator_lock", "operator Ada", "");
    untilLogged("is locked for operator Ada, by operator Ada");
    as("Grace", "POST", DEVICE + "/unlock", "");
    untilPeriod("operator_lock", "operator Ada", "operator Grace");
    untilLogged("is unlocked, by operator Grace");
  }

  @Test
  void theEndOfARunAndOfItsSessions() throws IOException {
    for (String verb : List.of("cancel", "force-release")) {
      String run = run();
      String session = session("'gridfleet:run_id':'" + run + "'");
      as("Ada", "POST", "/api/runs/" + run + "/" + verb, "{}");

      assertThat(read("/api/runs/" + run).path("ended_by").asText()).isEqualTo("operator Ada");
      untilLogged("run " + run, "cancelled", ", by operator Ada");
      Lab.until(
          "the session's end", () -> !read("/api/sessions/" + session).path("ended_at").isNull());
      JsonNode row = read("/api/sessions/" + session);
      assertThat(row.path("end_reason").asText()).isEqualTo("run_released");
      assertThat(row.path("ended_by").asText()).isEqualTo("operator Ada");
      untilPeriod("reservation", "", "operator Ada");
    }
    String completed = run();
    as("ci", "POST", "/api/runs/" + completed + "/complete", "{}");
    assertThat(read("/api/runs/" + completed).has("ended_by")).isFalse();
  }

  @Test
  void aDeviceThatIsTakenOutOfItsRun() throws IOException {
    String run = run();
    String path = "/api/runs/" + run + "/devices/" + DeviceId.of("phone-1-1");
    as("Ada", "POST", path + "/preparation-failed", "{\"message\":\"loose cable\"}");

    JsonNode device = read("/api/runs/" + run).at("/devices/0");
    assertThat(device.path("exclusion_reason").asText()).isEqualTo("loose cable");
    assertThat(device.path("excluded_by").asText()).isEqualTo("operator Ada");
    untilLogged("run " + run, "loose cable, by operator Ada");
    untilPeriod("maintenance", "operator Ada", "");
    as("ci", "POST", "/api/runs/" + run + "/cancel", "{}");
    assertThat(read("/api/runs/" + run).path("ended_by").asText()).isEqualTo("suite ci");
  }
}
