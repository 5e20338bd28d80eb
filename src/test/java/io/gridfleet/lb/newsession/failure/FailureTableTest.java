package io.gridfleet.lb.newsession.failure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gridfleet.lb.config.ConfigException;
import io.gridfleet.lb.newsession.AttemptOutcome;
import io.gridfleet.lb.newsession.AttemptOutcome.Created;
import io.gridfleet.lb.newsession.AttemptOutcome.DeviceFailed;
import io.gridfleet.lb.newsession.AttemptOutcome.Refused;
import io.gridfleet.lb.newsession.failure.FailureRule.Fault;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class FailureTableTest {
  private static final Path FOLDER = Path.of("src/test/resources/newsession");
  private final FailureTable table = new FailureTable(List.of());

  /** One line of the golden file. */
  record Said(Fault fault, String label, int status, String error, String message) {
    static Said of(String line) {
      String[] parts = line.split("\\|", 5);
      return new Said(
          Fault.valueOf(parts[0].strip()),
          parts[1].strip(),
          Integer.parseInt(parts[2].strip()),
          parts[3].strip(),
          parts[4].strip().replace("\\n", "\n"));
    }

    byte[] body() {
      Map<String, Object> value = new LinkedHashMap<>();
      value.put("error", error);
      value.put("message", message);
      value.put("stacktrace", "");
      return error.isEmpty() ? message.getBytes(UTF_8) : Json.bytes(Map.of("value", value));
    }
  }

  static Stream<Said> known() throws IOException {
    return Files.readAllLines(FOLDER.resolve("node-failures.txt")).stream()
        .filter(line -> !line.startsWith("#"))
        .map(Said::of);
  }

  @ParameterizedTest
  @MethodSource("known")
  void answersOfDriversAreClassified(Said said) {
    AttemptOutcome outcome = table.classify(said.status(), said.body());

    if (said.fault() == Fault.REQUEST) {
      assertThat(outcome).isInstanceOf(Refused.class);
      assertThat(((Refused) outcome).status()).isEqualTo(said.status());
      assertThat(((Refused) outcome).body()).isEqualTo(said.body());
      assertThat(((Refused) outcome).error().message()).isEqualTo(said.message());
    } else {
      assertThat(outcome).isInstanceOf(DeviceFailed.class);
      assertThat(((DeviceFailed) outcome).causeCode()).isEqualTo(said.label());
      assertThat(((DeviceFailed) outcome).marks()).isEqualTo(said.fault() == Fault.DEVICE);
      assertThat(((DeviceFailed) outcome).cause()).doesNotContain("\n").hasSizeLessThan(240);
    }
  }

  /** A row that no line of the golden file matches first is unproven, or hidden by another. */
  @Test
  void everyRowHasALineThatReachesIt() throws IOException {
    Set<FailureRule> reached = new HashSet<>();
    known()
        .forEach(
            said ->
                table.rows().stream()
                    .filter(row -> row.fits(said.status(), said.error(), said.message()))
                    .findFirst()
                    .ifPresent(
                        row -> {
                          assertThat(row.label()).as(said.message()).isEqualTo(said.label());
                          reached.add(row);
                        }));

    assertThat(table.rows())
        .allSatisfy(row -> assertThat(reached).as(row.toString()).contains(row))
        .allSatisfy(row -> assertThat(row.source()).isNotBlank())
        .allSatisfy(row -> assertThat(row.label()).matches("[a-z0-9_]+"));
  }

  @ParameterizedTest
  @CsvSource({
    "appium-app-capability-missing, 500, session not created",
    "appium-app-file-missing, 500, unknown error",
    "appium-automation-name-unknown, 500, unknown error",
    "appium-capability-of-wrong-type, 500, session not created",
    "appium-capability-unprefixed, 400, invalid argument",
    "appium-not-w3c, 500, session not created",
    "appium-resets-exclusive, 500, unknown error",
    "chromedriver-extension-broken, 500, session not created",
    "chromedriver-unknown-option, 400, invalid argument",
  })
  void recordedFaultsOfARequestComeBackAsTheyAre(String name, int status, String error)
      throws IOException {
    byte[] body = Files.readAllBytes(FOLDER.resolve("recorded/" + name + ".json"));

    AttemptOutcome outcome = table.classify(status, body);

    assertThat(outcome).isInstanceOf(Refused.class);
    assertThat(((Refused) outcome).body()).isEqualTo(body);
    assertThat(((Refused) outcome).error().code().text()).isEqualTo(error);
  }

  @ParameterizedTest
  @CsvSource({
    "appium-device-busy, 500, device_busy, true",
    "appium-no-such-path, 404, node_has_no_such_path, true",
    "chromedriver-android-no-adb, 500, adb_failed, true",
    "chromedriver-binary-missing, 500, browser_not_installed, false",
    "chromedriver-browser-crashed, 500, browser_crashed, true",
    "chromedriver-no-such-browser, 500, browser_not_here, false",
  })
  void recordedFaultsOfADeviceNameIt(String name, int status, String code, boolean marks)
      throws IOException {
    byte[] body = Files.readAllBytes(FOLDER.resolve("recorded/" + name + ".json"));

    DeviceFailed outcome = (DeviceFailed) table.classify(status, body);

    assertThat(outcome.causeCode()).isEqualTo(code);
    assertThat(outcome.marks()).isEqualTo(marks);
    assertThat(outcome.answer().orElseThrow().body()).isEqualTo(body);
  }

  @ParameterizedTest
  @CsvSource({"appium-created, udid, emulator-5554", "chromedriver-created, browserName, chrome"})
  void recordedSessionsAreCreated(String name, String capability, String value) throws IOException {
    byte[] body = Files.readAllBytes(FOLDER.resolve("recorded/" + name + ".json"));

    Created created = (Created) table.classify(200, body);

    assertThat(created.id().value()).hasSizeGreaterThan(30);
    assertThat(created.answered().text(capability)).contains(value);
    assertThat(created.otherMembers()).isEmpty();
  }

  @Test
  void aLegacyNodeCreatesToo() {
    Created created =
        (Created) table.classify(200, bytes("{'sessionId':'s','status':0,'value':{'a':1},'x':2}"));

    assertThat(created.id().value()).isEqualTo("s");
    assertThat(created.answered().asMap()).containsEntry("a", 1);
    assertThat(created.otherMembers()).containsOnlyKeys("x");
  }

  @Test
  void aLegacyErrorBehindA200IsAnError() {
    AttemptOutcome outcome =
        table.classify(
            200, bytes("{'status':33,'value':{'message':'Unknown device or simulator UDID: x'}}"));

    assertThat(((DeviceFailed) outcome).causeCode()).isEqualTo("device_lost");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{'value':{'capabilities':{}}}",
        "{'value':{'sessionId':'','capabilities':{}}}",
        "{'value':{'sessionId':'a/b','capabilities':{}}}",
        "{'value':null}",
        "[]",
        "hello",
        "''"
      })
  void aSuccessWithoutASessionIsTheNodesFault(String body) {
    DeviceFailed outcome = (DeviceFailed) table.classify(200, bytes(body));

    assertThat(outcome.causeCode()).isEqualTo("no_session_in_answer");
    assertThat(outcome.marks()).isTrue();
  }

  @Test
  void bytesThatAreNotTextAreRead() {
    DeviceFailed outcome = (DeviceFailed) table.classify(500, new byte[] {(byte) 0xff, 0, 1});

    assertThat(outcome.causeCode()).isEqualTo("unknown_answer");
    assertThat(outcome.marks()).isFalse();
  }

  @Test
  void onlyTheBeginningOfALongAnswerIsMatched() {
    String filler = "x".repeat(1_000_000);

    DeviceFailed late =
        (DeviceFailed) table.classify(500, (filler + " device offline").getBytes(UTF_8));
    DeviceFailed early =
        (DeviceFailed) table.classify(500, ("device offline " + filler).getBytes(UTF_8));

    assertThat(late.causeCode()).isEqualTo("unknown_answer");
    assertThat(early.causeCode()).isEqualTo("device_lost");
    assertThat(early.cause()).hasSizeLessThan(240);
    assertThat(early.answer().orElseThrow().error().message()).hasSizeLessThan(20_000);
  }

  @ParameterizedTest
  @EnumSource(TransportFailure.class)
  void aNodeThatDoesNotAnswerIsAvoided(TransportFailure kind) {
    DeviceFailed outcome = (DeviceFailed) table.classifyTransport(kind, "no answer");

    assertThat(outcome.marks()).isTrue();
    assertThat(outcome.cause()).isEqualTo("no answer");
    assertThat(outcome.causeCode()).startsWith("node_");
    assertThat(outcome.answer()).isEmpty();
  }

  @Test
  void configuredRowsComeFirst() {
    FailureRule row = row(Fault.REQUEST, "our_proxy", "device \\S+ is blessed");
    FailureRule over = row(Fault.UNSURE, "flaky_wda", "WebDriverAgent");
    FailureTable configured = new FailureTable(List.of(row, over));

    assertThat(
            configured.classify(
                500, bytes("{'value':{'error':'x','message':'Device 7 is Blessed'}}")))
        .isInstanceOf(Refused.class);
    DeviceFailed outcome =
        (DeviceFailed)
            configured.classify(
                500, bytes("{'value':{'error':'x','message':'Unable to launch WebDriverAgent'}}"));
    assertThat(outcome.causeCode()).isEqualTo("flaky_wda");
    assertThat(outcome.marks()).isFalse();
  }

  private static FailureRule row(Fault fault, String label, String text) {
    return new FailureRowConfig(
            Optional.of(text), OptionalInt.empty(), Optional.empty(), fault, label)
        .rule("lab.yaml");
  }

  /** Avoidance depends on this label: the device isn't at fault. */
  @Test
  void theKnownFailuresHoldThatOfBidiOnlySessions() {
    assertThat(table.rows()).extracting(FailureRule::label).contains(FailureTable.NO_BIDI);
  }

  @Test
  void anUnreadableTableReportsTheLine() {
    String text =
        """
        sources:
          - source: somewhere
            answers:
              - { fault: device, label: Not_A_Label, text: 'open (' }
              - { fault: nobody, label: known, txt: '.' }
        """;

    assertThatThrownBy(() -> KnownFailures.parse("known-failures.yaml", text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("known-failures.yaml:4")
        .hasMessageContaining("regular expression")
        .hasMessageContaining("snake case")
        .hasMessageContaining("known-failures.yaml:5")
        .hasMessageContaining("txt");
  }

  @Test
  void dataOfARefusalIsKept() {
    Refused refused =
        (Refused)
            table.classify(
                400, bytes("{'value':{'error':'invalid argument','message':'m','data':{'k':1}}}"));

    assertThat(refused.error().code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(refused.error().data()).containsEntry("k", 1);
  }

  private static byte[] bytes(String body) {
    return body.replace('\'', '"').getBytes(UTF_8);
  }
}
