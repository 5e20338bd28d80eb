package io.gridfleet.lb.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The documents have the program's access table; {@code -Dgridfleet.golden.write} writes it. */
final class AccessDocumentTest {
  private static final Path PAGE = Path.of("src/site/markdown/tokens-and-security.md");
  private static final String BEGIN = "<!-- access table: written by AccessDocumentTest -->\n";
  private static final String END = "<!-- end of access table -->\n";

  @Test
  void thePageHoldsTheTable() throws IOException {
    String page = Files.readString(PAGE);
    assertThat(page).contains(BEGIN, END);
    String before = page.substring(0, page.indexOf(BEGIN) + BEGIN.length());
    String written = before + "\n" + table() + "\n" + page.substring(page.indexOf(END));
    if (Boolean.getBoolean("gridfleet.golden.write")) {
      Files.writeString(PAGE, written);
    }
    assertThat(page).isEqualTo(written);
  }

  private static String table() {
    String head =
        """
        | route | without token | `session` | `suite` | `operator` | `viewer` |
        |---|---|---|---|---|---|
        """;
    return AccessTable.routes().entrySet().stream()
        .map(entry -> row(entry.getKey(), entry.getValue()))
        .collect(Collectors.joining("\n", head, "\n"));
  }

  private static String row(String route, Access access) {
    String roles =
        Arrays.stream(Role.values())
            .map(role -> word(access.of(role)))
            .collect(Collectors.joining(" | "));
    String open = access == Access.OPEN ? "yes" : "no";
    return "| `%s` | %s | %s |".formatted(route, open, roles);
  }

  private static String word(Reach reach) {
    return switch (reach) {
      case NONE -> "no";
      case OWN -> "own";
      case ALL -> "all";
    };
  }
}
