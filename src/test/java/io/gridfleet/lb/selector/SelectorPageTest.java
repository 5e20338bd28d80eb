package io.gridfleet.lb.selector;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The examples of the documents' page about selectors can be parsed. */
final class SelectorPageTest {
  private static final Path PAGE = Path.of("src/site/markdown/selectors.md");

  @Test
  void everyExampleIsASelector() throws IOException {
    List<Selector> read = new ArrayList<>();
    for (String line : (block("Examples") + block("JSON")).lines().toList()) {
      if (!line.isBlank()) {
        read.add(Selector.parse(line.split(" {3,}", -1)[0]));
      }
    }
    assertThat(read).hasSizeGreaterThanOrEqualTo(9).doesNotHaveDuplicates();
  }

  @Test
  void theErrorThatIsShownIsTheOneThatComes() throws IOException {
    String shown = block("When a selector can't be parsed").strip();
    String text = shown.lines().toList().get(1).strip();
    try {
      Selector.parse(text);
    } catch (SelectorException e) {
      assertThat(e.text()).isEqualTo(shown);
      return;
    }
    assertThat(text).as("must be refused").isNull();
  }

  /** The first fenced block of a section, without its fences. */
  private static String block(String section) throws IOException {
    String text = Files.readString(PAGE).split("\n## " + section + "\n", 2)[1].split("\n## ", 2)[0];
    return text.split("(?m)^```[a-z]*\n", -1)[1];
  }
}
