package io.gridfleet.lb.newsession.capabilities;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The documents' table of capabilities contains exactly the supported ones. */
final class CapabilitiesPageTest {
  private static final Path PAGE = Path.of("src/site/markdown/capabilities.md");
  private static final Pattern OURS = Pattern.compile("`gridfleet:([A-Za-z_]+:?)(?:KEY)?`");

  @Test
  void everyCapabilityHasARowAndEveryRowACapability() throws IOException {
    Set<String> documented = new TreeSet<>();
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("|")) {
        Matcher name = OURS.matcher(line.split("\\|")[1]);
        while (name.find()) {
          documented.add(name.group(1));
        }
      }
    }
    Set<String> ours = new TreeSet<>(GridfleetCapabilities.NAMES);
    ours.addAll(GridfleetCapabilities.FAMILIES);
    assertThat(documented).isEqualTo(ours);
  }
}
