package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeEvent;
import io.gridfleet.lb.simulator.NodeOperation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every outcome of a new session request (architecture.md#the-life-of-a-new-session-request), each
 * in W3C and in legacy form, with and without progress bytes: the steps and the answer are compared
 * with a golden file.
 */
@ExtendWith(LeakCheck.class)
final class GoldenScenariosTest {
  private static final Path FOLDER = Path.of("src/test/resources/scenarios");

  @RegisterExtension final Lab lab = new Lab();

  /** The forms of the same request. */
  enum Form {
    W3C,
    W3C_PROGRESS,
    LEGACY,
    LEGACY_PROGRESS;

    String body(String members) {
      boolean progress = this == W3C_PROGRESS || this == LEGACY_PROGRESS;
      String all = members + (progress ? ",'gridfleet:newSessionRequestProgress':true" : "");
      boolean legacy = this == LEGACY || this == LEGACY_PROGRESS;
      return (legacy
              ? "{'desiredCapabilities':{" + all + "}}"
              : "{'capabilities':{'alwaysMatch':{" + all + "},'firstMatch':[{}]}}")
          .replace('\'', '"');
    }
  }

  private static final String PHONE =
      "'platformName':'Android','appium:automationName':'UiAutomator2'";

  /** For outcomes before the first progress byte, however slow the machine is. */
  private void start(int phones) {
    lab.start(phones);
  }

  /** For outcomes after the first progress byte. */
  private void startTicking(int phones) {
    lab.start(
        SimulatedFleet.of(phones, 1), Map.of("newSession", Map.of("progressInterval", "100ms")));
  }

  private Asked ask(Form form, String members) throws IOException {
    return lab.ask("POST", "/session", form.body(PHONE + members));
  }

  private void held(String name, Form form, Answered answered) throws IOException {
    held(name, form, lab.recorder().last(), answered);
  }

  /** Whether a session or the rest of an earlier attempt comes first depends on the nodes. */
  private static String cleanedUpLast(String steps) {
    return steps
        .lines()
        .sorted(Comparator.comparing(line -> line.startsWith("cleaned up")))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private void held(String name, Form form, String steps, Answered answered) throws IOException {
    String actual =
        steps
            + "\n"
            + answered.status()
            + (answered.head().header("transfer-encoding").isEmpty() ? " whole" : " in chunks")
            + "\n"
            + normal(answered.text())
            + "\n";
    held(name, form, actual);
  }

  private void held(String name, Form form, String actual) throws IOException {
    Path golden =
        FOLDER.resolve(
            name + "." + form.name().toLowerCase(Locale.ROOT).replace('_', '-') + ".txt");
    if (Boolean.getBoolean("gridfleet.golden.write")) {
      Files.createDirectories(FOLDER);
      Files.writeString(golden, actual);
    }
    assertThat(actual).isEqualTo(Files.readString(golden));
  }

  private static String normal(String body) {
    return body.replaceAll("^\n+", "{ticks}")
        .replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "{id}")
        .replaceAll("\"milliseconds\":\\d+", "\"milliseconds\":{ms}")
        .replaceAll("\"t\":[0-9.]+", "\"t\":{s}")
        .replaceAll("127\\.0\\.0\\.1:\\d+", "{node}")
        .replaceAll("\\(for \\d+ s", "(for {age}");
  }

  @ParameterizedTest
  @EnumSource
  void theFirstDeviceWorks(Form form) throws IOException {
    start(1);
    held("first-device-works", form, ask(form, "").answered());
  }

  @ParameterizedTest
  @EnumSource
  void aQuickOutcomeKeepsItsLengthWhateverWasAsked(Form form) throws IOException {
    start(1);
    Answered refused = ask(form, ",'udid':'nobody'").answered();
    assertThat(refused.status()).isEqualTo(500);
    Answered created = ask(form, "").answered();
    assertThat(created.status()).isEqualTo(200);
    for (Answered answered : List.of(refused, created)) {
      assertThat(answered.head().header("transfer-encoding")).isEmpty();
      assertThat(answered.head().header("content-length"))
          .isEqualTo(Integer.toString(answered.text().length()));
      assertThat(answered.text()).doesNotContain("progress");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theSecondDeviceWorks(Form form) throws IOException {
    start(2);
    lab.node(1).faults().next(1, NodeOperation.NEW_SESSION, new Fault.Gateway(502));
    held("second-works", form, ask(form, "").answered());
  }

  @ParameterizedTest
  @EnumSource
  void noneIsFreeThenOne(Form form) throws IOException {
    startTicking(1);
    String first = lab.session(PHONE);
    Asked second = waiting(form);
    lab.delete(first);
    held("none-free-then-one", form, second.answered());
  }

  /** A request in the queue; with progress, one whose answer has begun. */
  private Asked waiting(Form form) throws IOException {
    Asked asked = ask(form, "");
    lab.untilWaiting(1);
    Lab.until("queued is recorded", () -> lab.recorder().last().endsWith("queued\n"));
    untilTicking(form, asked);
    return asked;
  }

  /** With progress, waits for the beginning of the answer, so that the golden file shows it. */
  private static void untilTicking(Form form, Asked asked) throws IOException {
    if (form == Form.W3C_PROGRESS || form == Form.LEGACY_PROGRESS) {
      asked.wire().untilReadable();
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingMatches(Form form) throws IOException {
    start(1);
    held("nothing-matches", form, ask(form, ",'gridfleet:selector':'os_version:99'").answered());
  }

  /** Locks of another replica are read by the next sweep: not yet here. */
  @Tag(ScenariosOnTwoReplicasIT.ONE_PROCESS)
  @ParameterizedTest
  @EnumSource
  void theDeadlineIsOver(Form form) throws IOException {
    startTicking(1);
    lab.session(PHONE);
    Asked second = ask(form, ",'gridfleet:waitForDeviceOnlineTimeout':2");
    held("deadline", form, second.answered());
  }

  @ParameterizedTest
  @EnumSource
  void everyDeviceFails(Form form) throws IOException {
    start(2);
    for (int node = 1; node <= 2; node++) {
      lab.node(node).faults().standing(NodeOperation.NEW_SESSION, new Fault.Gateway(502));
    }
    held("every-device-fails", form, ask(form, "").answered());
  }

  @ParameterizedTest
  @EnumSource
  void theRequestIsAtFault(Form form) throws IOException {
    start(2);
    lab.node(1)
        .faults()
        .standing(NodeOperation.NEW_SESSION, Fault.invalidArgument("The 'app' isn't there"));
    held("request-at-fault", form, ask(form, "").answered());
    assertThat(lab.node(2).history().creations()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void theClientLeavesWhileQueued(Form form) throws IOException {
    startTicking(1);
    String first = lab.session(PHONE);
    Asked second = waiting(form);
    lab.leavesTheQueue(second);
    lab.delete(first);
    lab.untilQuiet();
    held("client-leaves-queued", form, lab.recorder().last());
    assertThat(lab.node(1).history().creations()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void theClientLeavesDuringAnAttempt(Form form) throws IOException {
    startTicking(1);
    lab.node(1)
        .faults()
        .next(1, NodeOperation.NEW_SESSION, new Fault.Late(Duration.ofMillis(1000)));
    Asked only = ask(form, "");
    Lab.until("attempted", () -> lab.node(1).history().creations().size() == 1);
    untilTicking(form, only);
    only.leave();
    untilCleanedUp();
    held("client-leaves-attempt", form, lab.recorder().last());
    assertThat(lab.node(1).history().count(NodeEvent.Kind.DELETED)).isEqualTo(1);
    assertThat(lab.session(PHONE)).isNotEmpty();
  }

  private void untilCleanedUp() {
    Lab.until("cleaned up", () -> lab.recorder().last().contains("cleaned up"));
  }

  @ParameterizedTest
  @EnumSource
  void theClientLeavesAfterCreationBeforeTheAnswerIsRead(Form form) throws IOException {
    start(1);
    lab.resetWhenPublished(() -> ask(form, ""));
    untilCleanedUp();
    held("client-leaves-created", form, lab.recorder().last());
    assertThat(lab.node(1).history().count(NodeEvent.Kind.DELETED)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void theNodeAnswersLate(Form form) throws IOException {
    startTicking(2);
    lab.node(1)
        .faults()
        .next(1, NodeOperation.NEW_SESSION, new Fault.Late(Duration.ofMillis(2500)));
    Answered answered = ask(form, ",'gridfleet:requestTimeout':1").answered();
    assertThat(answered.text()).contains("phone-2-1");
    untilCleanedUp();
    held("node-answers-late", form, cleanedUpLast(lab.recorder().last()), answered);
    assertThat(lab.node(1).liveSessions()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void theReplicaStopsWhileARequestWaits(Form form) throws IOException {
    startTicking(1);
    lab.session(PHONE);
    Asked second = waiting(form);
    lab.stop(Duration.ZERO);
    held("replica-stops", form, second.answered());
  }

  @ParameterizedTest
  @EnumSource
  void anOperatorTakesTheRequestOut(Form form) throws IOException {
    startTicking(1);
    lab.session(PHONE);
    Asked second = waiting(form);
    String id = lab.server().distributor().queue().get(0).request();
    assertThat(lab.ask("DELETE", "/api/queue/" + id, "").answered().status()).isBetween(200, 204);
    held("operator-takes-out", form, second.answered());
  }
}
