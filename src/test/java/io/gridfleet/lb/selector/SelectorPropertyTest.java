package io.gridfleet.lb.selector;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Properties of all selectors and devices. */
final class SelectorPropertyTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Provide
  Arbitrary<Clause> clauses() {
    return Questions.clauses();
  }

  @Provide
  Arbitrary<Attributes> devices() {
    return Questions.devices();
  }

  @Provide
  Arbitrary<String> versions() {
    return Arbitraries.oneOf(
        Questions.versions(),
        Arbitraries.strings().withChars("0123456789.-_ab").ofMinLength(1).ofMaxLength(9));
  }

  @Property(tries = 2000)
  void printingAndParsingAgainGivesTheSameTree(@ForAll("clauses") Clause clause) {
    String printed = Printer.print(clause);
    assertThat(TextParser.parse(printed, new ParseBudget(printed))).as(printed).isEqualTo(clause);
  }

  @Property(tries = 2000)
  void printingAsJsonAndReadingAgainGivesAnEqualSelector(@ForAll("clauses") Clause clause) {
    Selector selector = Selector.of(clause);
    Object json = selector.jsonForm();
    assertThat(json).as(selector.normalForm()).isInstanceOf(Map.class);
    assertThat(Selector.of(json)).as("%s", json).isEqualTo(selector);
  }

  /** As a client gets it: written as UTF-8, and sent back in a capability. */
  @Property(tries = 2000)
  void theJsonOfATextMatchesTheSameDevices(
      @ForAll("clauses") Clause clause, @ForAll("devices") Attributes device) throws IOException {
    Selector text = Selector.parse(Printer.print(clause));
    byte[] sent = JSON.writeValueAsBytes(text.jsonForm());
    Selector json = Selector.of(JSON.readValue(sent, Object.class));
    assertThat(json).isEqualTo(text);
    assertThat(json.matches(device)).as(text.normalForm()).isEqualTo(text.matches(device));
    assertThat(Selector.parse(new String(sent, StandardCharsets.UTF_8))).isEqualTo(text);
  }

  @Property
  void equivalentClausesHaveTheSameNormalForm(@ForAll("clauses") Clause clause) {
    Selector selector = Selector.of(clause);
    Selector again = Selector.parse(selector.normalForm());
    assertThat(again).isEqualTo(selector).hasSameHashCodeAs(selector);
    assertThat(again.normalForm()).isEqualTo(selector.normalForm());
  }

  @Property
  void theNormalFormMatchesTheSameDevices(
      @ForAll("clauses") Clause clause, @ForAll("devices") Attributes device) {
    Selector selector = Selector.of(clause);
    assertThat(Selector.parse(selector.normalForm()).matches(device))
        .isEqualTo(selector.matches(device));
  }

  /** A range in JSON is two bounds, which differs for lists: another member may meet each. */
  @Property(tries = 2000)
  void stringAndJsonFormsOfOneClauseAgree(
      @ForAll("clauses") Clause clause, @ForAll("devices") Attributes device) {
    Selector text = Selector.parse(Printer.print(clause));
    Selector json = Selector.of(JsonText.of(clause));
    assertThat(json.matches(device)).as(text.normalForm()).isEqualTo(text.matches(device));
  }

  @Property
  void deMorganHolds(
      @ForAll("clauses") Clause one,
      @ForAll("clauses") Clause other,
      @ForAll("devices") Attributes device) {
    String a = "(" + Printer.print(one) + ")";
    String b = "(" + Printer.print(other) + ")";
    assertThat(matches("-(" + a + " " + b + ")", device))
        .isEqualTo(matches("-" + a + ",-" + b, device));
    assertThat(matches("-(" + a + "," + b + ")", device))
        .isEqualTo(matches("-" + a + " -" + b, device));
  }

  @Property
  void notBindsTighterThanCommaAndCommaTighterThanBlank(
      @ForAll("clauses") Clause one,
      @ForAll("clauses") Clause other,
      @ForAll("clauses") Clause third,
      @ForAll("devices") Attributes device) {
    boolean a = Selector.of(one).matches(device);
    boolean b = Selector.of(other).matches(device);
    boolean c = Selector.of(third).matches(device);
    String first = "(" + Printer.print(one) + ")";
    String second = "(" + Printer.print(other) + ")";
    String last = "(" + Printer.print(third) + ")";
    assertThat(matches(first + " -" + second + "," + last, device)).isEqualTo(a && (!b || c));
    assertThat(matches(first + "," + second + " " + last, device)).isEqualTo((a || b) && c);
    assertThat(matches(first + " " + second + " OR " + last, device)).isEqualTo((a && b) || c);
  }

  @Property
  void aConjunctionMatchesWhatBothSelectorsMatch(
      @ForAll("clauses") Clause one,
      @ForAll("clauses") Clause other,
      @ForAll("devices") Attributes device) {
    Selector both = Selector.of(one).and(Selector.of(other));
    assertThat(both.matches(device))
        .isEqualTo(Selector.of(one).matches(device) && Selector.of(other).matches(device));
  }

  @Property
  void anExplanationAgreesWithTheMatch(
      @ForAll("clauses") Clause clause, @ForAll("devices") Attributes device) {
    Selector selector = Selector.of(clause);
    Explanation explanation =
        Explanation.of(
            selector, List.of(new Explanation.Candidate("one", device, List.of("locked"))));
    assertThat(explanation.verdicts().get(0).matches()).isEqualTo(selector.matches(device));
    assertThat(explanation.available()).isZero();
  }

  @Property(tries = 3000)
  void theOrderOfVersionsIsTotal(
      @ForAll("versions") String one,
      @ForAll("versions") String other,
      @ForAll("versions") String third) {
    VersionValue a = VersionValue.parse(one);
    VersionValue b = VersionValue.parse(other);
    VersionValue c = VersionValue.parse(third);
    if (a == null || b == null || c == null) {
      return;
    }
    assertThat(Integer.signum(a.compareTo(b))).isEqualTo(-Integer.signum(b.compareTo(a)));
    if (a.compareTo(b) <= 0 && b.compareTo(c) <= 0) {
      assertThat(a.compareTo(c)).isLessThanOrEqualTo(0);
    }
    if (a.compareTo(b) == 0) {
      assertThat(a).isEqualTo(b).hasSameHashCodeAs(b);
      assertThat(Integer.signum(a.compareTo(c))).isEqualTo(Integer.signum(b.compareTo(c)));
    }
  }

  @Property(tries = 3000)
  void foldingTwiceChangesNothingMore(@ForAll String text) {
    assertThat(CaseFolding.text(CaseFolding.text(text))).isEqualTo(CaseFolding.text(text));
  }

  private static boolean matches(String text, Attributes device) {
    return Selector.parse(text).matches(device);
  }
}
