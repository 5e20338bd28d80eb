package io.gridfleet.lb.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.router.Route;
import io.gridfleet.lb.router.RouteTable;
import io.gridfleet.lb.run.RunLab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The REST page of the documents lists every route and no other. {@code
 * -Dgridfleet.golden.write=true} writes its table.
 */
final class RestPageTest {
  private static final Path PAGE = Path.of("src/site/markdown/rest.md");
  private static final String HEAD = "| method | path | what |\n|---|---|---|\n";
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([A-Z]+)` \\| `(/[^`]*)` \\| .+ \\|$");

  @Test
  void theTableHasEveryRouteOfTheApi() throws IOException {
    String page = Files.readString(PAGE);
    String written = table(page, "## GridFleet API\n");
    String generated = generated();
    if (Boolean.getBoolean("gridfleet.golden.write")) {
      Files.writeString(PAGE, page.replace(written, generated));
      return;
    }
    assertThat(written).isEqualTo(generated);
  }

  @Test
  void theOtherRoutesOnThePageExist() throws IOException {
    Matcher row = ROW.matcher(table(Files.readString(PAGE), "## Others\n"));
    List<String> found = new ArrayList<>();
    while (row.find()) {
      String path =
          row.group(2)
              .replace("{id}", "6f1d7f3a-3d43-4c88-9d6b-0a2f3a1a9d11")
              .replace("{token}", "t");
      Route route = RouteTable.find(row.group(1), path, null);
      assertThat(route)
          .as(row.group())
          .isNotInstanceOfAny(Route.Unknown.class, Route.WrongMethod.class, Route.NoSession.class);
      found.add(row.group(2));
    }
    assertThat(found)
        .contains("/", "/docs", "/healthz", "/readyz", "/metrics", "/status", "/session");
  }

  private static String table(String page, String section) {
    String rest = page.substring(page.indexOf(section) + section.length());
    return rest.substring(rest.indexOf(HEAD), rest.indexOf("\n\n", rest.indexOf(HEAD)) + 1);
  }

  private static String generated() {
    ApiLab lab = new ApiLab(RunLab.withLegacyClaims(), ApiAccess.open());
    StringBuilder table = new StringBuilder(HEAD);
    new ApiClient(lab)
        .description()
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        operation ->
                            table.append(
                                "| `%s` | `%s` | %s |%n"
                                    .formatted(
                                        operation.getKey().toUpperCase(Locale.ROOT),
                                        path.getKey(),
                                        operation.getValue().path("summary").asText()))));
    return table.toString();
  }
}
