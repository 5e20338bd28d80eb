package io.gridfleet.lb.selector;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the README tells test authors to write can be read. */
final class ReadmeExamplesTest {
  @Test
  void everyExampleOfTheReadmeIsASelector() throws IOException {
    List<String> blocks = blocks();
    List<Selector> read = new ArrayList<>();
    for (String line : (blocks.get(0) + blocks.get(1)).lines().toList()) {
      if (!line.isBlank()) {
        read.add(Selector.parse(line.split(" {3,}", -1)[0]));
      }
    }
    assertThat(read).hasSizeGreaterThanOrEqualTo(9).doesNotHaveDuplicates();
  }

  @Test
  void theErrorInTheReadmeIsTheOneThatComes() throws IOException {
    String shown = blocks().get(2).strip();
    String text = shown.lines().toList().get(1).strip();
    try {
      Selector.parse(text);
    } catch (SelectorException e) {
      assertThat(e.text()).isEqualTo(shown);
      return;
    }
    assertThat(text).as("must be refused").isNull();
  }

  /** The fenced blocks of the section, without their fences. */
  private static List<String> blocks() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    String section = readme.split("## The selector language\n", 2)[1].split("\n## ", 2)[0];
    String[] parts = section.split("(?m)^```[a-z]*\n", -1);
    List<String> blocks = new ArrayList<>();
    for (int i = 1; i < parts.length; i += 2) {
      blocks.add(parts[i]);
    }
    return blocks;
  }
}
