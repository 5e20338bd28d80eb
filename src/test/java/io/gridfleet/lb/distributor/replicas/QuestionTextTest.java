package io.gridfleet.lb.distributor.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.selector.Selector;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The encoding of questions in signals. */
final class QuestionTextTest {
  private static final DeviceId PHONE = DeviceId.of("phone");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "model:phone*",
        "geos:\"Mountain View, US\",geos:Zürich -carrier:*",
        "name:\"two\\nlines and a % sign\" os_version:>=13",
        "model:/^iPhone 1[4-6]/"
      })
  void aQuestionIsReadAsItWasWritten(String selector) {
    Question question =
        new Question(
            Selector.parse(selector),
            Selector.parse("tag.team:lab"),
            Optional.of("run 7"),
            Optional.of(PHONE));
    Set<DeviceId> failed = Set.of(DeviceId.of("a"), DeviceId.of("b"));

    String text = QuestionText.write(question, failed).orElseThrow();

    assertThat(text).matches("[\\x20-\\x7e]*");
    assertThat(QuestionText.read(text)).contains(new QuestionText.Asked(question, failed));
  }

  @Test
  void aPlainQuestionIsReadToo() {
    Question any =
        new Question(
            Selector.everything(), Selector.everything(), Optional.empty(), Optional.empty());

    String text = QuestionText.write(any, Set.of()).orElseThrow();

    assertThat(QuestionText.read(text)).contains(new QuestionText.Asked(any, Set.of()));
  }

  @Test
  void aQuestionTooLongForASignalIsNotWritten() {
    Question endless =
        new Question(
            Selector.parse(
                "model:\""
                    + "x".repeat(1_000)
                    + "\" ".repeat(1)
                    + "name:\""
                    + "ü".repeat(600)
                    + "\""),
            Selector.everything(),
            Optional.empty(),
            Optional.empty());

    assertThat(QuestionText.write(endless, Set.of())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "a b c", "model: x y z", "%%% x y z", "model:/(/  y z"})
  void unreadableTextIsIgnored(String text) {
    assertThat(QuestionText.read(text)).isEmpty();
  }
}
