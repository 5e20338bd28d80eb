package io.gridfleet.lb.newsession.answer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProgressBodyTest {
  private static final Path FOLDER = Path.of("src/test/resources/newsession");
  private static final byte[] CREATED = bytes("{'value':{'sessionId':'s','capabilities':{}}}");
  private static final byte[] LEGACY = bytes("{'status':0,'sessionId':'s','value':{'a':1}}");
  private static final byte[] FAILED =
      Json.bytes(
          WebDriverError.of(
                  ErrorCode.SESSION_NOT_CREATED,
                  "No available good condition devices after 35 s.",
                  Map.of("devices", 12))
              .body());

  @Test
  void whiteSpaceThenOneObject() throws IOException {
    assertThat(whole(false, true, CREATED)).isEqualTo(golden("progress-created.txt"));
    assertThat(whole(false, false, FAILED)).isEqualTo(golden("progress-failed.txt"));
    assertThat(whole(false, true, LEGACY)).isEqualTo(golden("progress-created-legacy.txt"));
  }

  @Test
  void stepsStreamedInsideTheObject() throws IOException {
    assertThat(whole(true, true, CREATED)).isEqualTo(golden("progress-inline-created.txt"));
    assertThat(whole(true, false, FAILED)).isEqualTo(golden("progress-inline-failed.txt"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aBodyThatEndsBeforeItsFirstTickIsWholeToo(boolean inline) {
    byte[] body = new ProgressBody(inline).close(true, CREATED, List.of());

    assertThat(body)
        .isEqualTo(bytes("{'value':{'sessionId':'s','capabilities':{}},'progress':[]}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>no</html>", "[]", "{'value':'text'}", "{'value':null}", "{}"})
  void aFailureEndsWithAnErrorWhateverTheNodeAnswered(String said) {
    byte[] body = new ProgressBody(false).close(false, bytes(said), List.of());

    Map<String, Object> members = Json.object(body);
    assertThat(members).containsEntry("status", 33).doesNotContainKey("sessionId");
    assertThat(members.get("value"))
        .isEqualTo(
            Map.of(
                "error", "session not created",
                "message", said.replace('\'', '"'),
                "stacktrace", ""));
  }

  @Test
  void aNodesOwnErrorKeepsItsNameBesideTheNumber() {
    byte[] said =
        bytes(
            "{'value':{'error':'invalid argument','message':'m','stacktrace':'t','data':{'k':1}}}");

    byte[] body = new ProgressBody(false).close(false, said, List.of());

    assertThat(body)
        .isEqualTo(
            bytes(
                "{'status':33,'value':{'error':'invalid argument','message':'m','stacktrace':'t',"
                    + "'data':{'k':1}},'progress':[]}"));
  }

  /** A wait of a day has 8640 ticks; a request keeps its latest hundred steps. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theBodyOfALongWaitStaysSmall(boolean inline) {
    ProgressBody progress = new ProgressBody(inline);
    List<Map<String, Object>> steps = new ArrayList<>();
    int bytes = 0;
    for (int i = 0; i < 8640; i++) {
      steps.add(step(i, "x".repeat(200)));
      if (steps.size() > 100) {
        steps.remove(0);
      }
      bytes += progress.tick(List.copyOf(steps)).length;
    }
    byte[] end = progress.close(true, CREATED, steps);

    assertThat(bytes + end.length).isLessThan(140_000);
    assertThat(end).asString(UTF_8).contains("\"sessionId\":\"s\"");
  }

  @Test
  void everyStepIsWrittenOnceThoughTheFirstOnesAreDropped() {
    ProgressBody progress = new ProgressBody(true);
    List<Map<String, Object>> steps = new ArrayList<>();
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      steps.add(step(i, "step"));
      if (steps.size() > 3) {
        steps.remove(0);
      }
      if (i % 2 == 0) {
        all.append(new String(progress.tick(List.copyOf(steps)), UTF_8));
      }
    }
    all.append(new String(progress.close(true, CREATED, steps), UTF_8));

    List<?> told = (List<?>) Json.object(all.toString()).get("progress");
    assertThat(told).hasSize(50).doesNotHaveDuplicates();
  }

  private static String whole(boolean inline, boolean created, byte[] answer) {
    ProgressBody progress = new ProgressBody(inline);
    List<Map<String, Object>> steps = new ArrayList<>();
    StringBuilder all = new StringBuilder();
    steps.add(step(0.0, "12 devices match, all are locked"));
    all.append(new String(progress.tick(steps), UTF_8));
    all.append(new String(progress.tick(steps), UTF_8));
    steps.add(step(20.5, "device iPhone \"15\" is tried"));
    all.append(new String(progress.tick(steps), UTF_8));
    steps.add(step(34.0, "the session is there"));
    all.append(new String(progress.close(created, answer, steps), UTF_8));
    String body = all.toString();
    assertThat(Json.object(body)).containsKeys("value", "progress");
    return body;
  }

  private static Map<String, Object> step(double seconds, String message) {
    Map<String, Object> step = new LinkedHashMap<>();
    step.put("t", seconds);
    step.put("message", message);
    return step;
  }

  private static byte[] bytes(String text) {
    return text.replace('\'', '"').getBytes(UTF_8);
  }

  private static String golden(String name) throws IOException {
    return Files.readString(FOLDER.resolve(name));
  }
}
