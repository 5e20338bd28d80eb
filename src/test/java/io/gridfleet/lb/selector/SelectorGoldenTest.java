package io.gridfleet.lb.selector;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each text of the golden files gives the tree or the error of the file. */
final class SelectorGoldenTest {
  private static final String SUFFIX = ".golden";

  @TestFactory
  Stream<DynamicTest> everyTextBecomesItsTreeOrItsError() throws IOException {
    if (Boolean.getBoolean("golden.write")) {
      GoldenCases.write(SUFFIX, golden -> result(golden.text()));
    }
    return GoldenCases.all(SUFFIX).stream()
        .map(
            golden ->
                DynamicTest.dynamicTest(
                    golden.file() + ": " + golden.name(),
                    () -> assertThat(result(golden.text())).isEqualTo(golden.expected())));
  }

  @Test
  void thereAreAHundredCasesOrMoreAndNoNameTwice() throws IOException {
    List<String> names =
        GoldenCases.all(SUFFIX).stream().map(golden -> golden.file() + golden.name()).toList();
    assertThat(names).hasSizeGreaterThan(100).doesNotHaveDuplicates();
  }

  /** The tree, and the normal form, which must read as an equal selector. */
  private static String result(String text) {
    try {
      Selector selector = Selector.parse(text);
      assertThat(Selector.parse(selector.normalForm())).isEqualTo(selector);
      List<String> warnings = selector.warnings();
      return TreeText.of(selector.clause())
          + "\nnormal: "
          + (selector.normalForm().isEmpty() ? "(empty)" : selector.normalForm())
          + (warnings.isEmpty() ? "" : "\nwarning: " + String.join("\nwarning: ", warnings));
    } catch (SelectorException e) {
      return e.text();
    }
  }
}
