package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.gridfleet.lb.auth.Access;
import io.gridfleet.lb.auth.AccessTable;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.scenarios.AccessLab.Owner;
import io.gridfleet.lb.scenarios.AccessLab.Seen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The permissions: route × role × owner, each cell a request to a server with tokens. The
 * expectation is {@code access.txt}; {@code -Dgridfleet.golden.write} writes it.
 *
 * <p>A cell is the status. {@code +} and {@code -} behind it mean that a list contains the resource
 * or doesn't; a row has no cells for a foreign and an unknown resource where its route names none.
 */
@ExtendWith(LeakCheck.class)
final class AccessTableTest {
  private static final Path GOLDEN =
      Path.of("src/test/resources/io/gridfleet/lb/scenarios/access.txt");

  /** More than the background tasks execute of any statement meanwhile. */
  private static final int REPEATS = 20;

  private static final List<String> ROLES = List.of("session", "suite", "operator", "viewer");

  private static final String HEAD =
      """
      # Who may do what (see AccessTableTest). For each role: own / foreign / unknown thing.
      """;

  @RegisterExtension final Lab lab = new Lab();

  @TempDir Path secrets;

  private AccessLab access;

  @BeforeEach
  void start() throws IOException {
    lab.start(
        SimulatedFleet.of(2, 3),
        Map.of(
            "tokens",
            AccessLab.tokens(secrets),
            "runs",
            Map.of("claims", Map.of("enabled", true))));
    access = new AccessLab(lab);
  }

  @AfterEach
  void end() throws IOException {
    access.close();
  }

  @Test
  void everyRouteOfTheTableHasItsRow() throws IOException {
    TreeSet<String> expected = new TreeSet<>(AccessLab.routes());
    assertThat(new TreeSet<>(expected().keySet())).isEqualTo(expected);
    for (String route : AccessTable.routes().keySet()) {
      assertThat(expected)
          .as(route)
          .anyMatch(
              row ->
                  row.equals(route)
                      || (route.equals(AccessTable.COMMAND) && isCommand(row))
                      || route.equals(AccessTable.BIDI_SESSION));
    }
  }

  private static boolean isCommand(String row) {
    return row.contains(" /session/");
  }

  @TestFactory
  List<DynamicTest> eachCellIsARequest() throws IOException {
    Map<String, String> expected = expected();
    List<DynamicTest> rows = new ArrayList<>();
    List<String> written = new ArrayList<>();
    for (String route : AccessLab.routes()) {
      rows.add(
          dynamicTest(
              route,
              () -> {
                String row = row(route);
                written.add("%-72s | %s".formatted(route, row));
                if (!Boolean.getBoolean("gridfleet.golden.write")) {
                  assertThat(row).isEqualTo(expected.get(route));
                }
              }));
    }
    rows.add(
        dynamicTest(
            "written",
            () -> {
              if (Boolean.getBoolean("gridfleet.golden.write")) {
                Files.createDirectories(GOLDEN.getParent());
                Files.writeString(GOLDEN, HEAD + String.join("\n", written) + "\n");
              }
            }));
    return rows;
  }

  /**
   * Tokens are checked before the store is asked or changed, also with a complete valid body. The
   * statements are those of one process: two answer in turns, each with its own count.
   */
  @Tag(ScenariosOnTwoReplicasIT.ONE_PROCESS)
  @TestFactory
  List<DynamicTest> nobodyCausesAStatement() {
    List<DynamicTest> rows = new ArrayList<>();
    for (String route : AccessLab.routes()) {
      if (isCommand(route) || !AccessTable.of(route).equals(Access.OPEN)) {
        rows.add(
            dynamicTest(
                route, () -> assertThat(access.statementsForNobody(route, REPEATS)).isEmpty()));
      }
    }
    return rows;
  }

  private static Map<String, String> expected() throws IOException {
    Map<String, String> rows = new LinkedHashMap<>();
    if (Files.exists(GOLDEN)) {
      for (String line : Files.readAllLines(GOLDEN)) {
        if (!line.startsWith("#")) {
          int bar = line.indexOf('|');
          rows.put(line.substring(0, bar).strip(), line.substring(bar + 1).strip());
        }
      }
    }
    return rows;
  }

  private String row(String route) throws IOException {
    List<String> cells = new ArrayList<>();
    cells.add("nobody " + access.ask(route, "", Owner.OWN).cell());
    for (String role : ROLES) {
      Seen own = access.ask(route, role, Owner.OWN);
      String cell = role + " " + own.cell();
      if (AccessLab.namesAThing(route)) {
        Seen foreign = access.ask(route, role, Owner.FOREIGN);
        Seen unknown = access.ask(route, role, Owner.UNKNOWN);
        cell += "/" + foreign.cell() + "/" + unknown.cell();
        if (!access(route).equals(Access.OPERATE) && !seesAll(role, route)) {
          assertThat(foreign.text())
              .as("a foreign thing is answered like an unknown one: %s as %s", route, role)
              .isEqualTo(unknown.text());
        }
      } else if (AccessLab.isList(route)) {
        cell += "/" + access.ask(route, role, Owner.FOREIGN).cell();
      }
      cells.add(cell);
    }
    return String.join(" | ", cells);
  }

  private static Access access(String route) {
    return isCommand(route) ? Access.COMMAND : AccessTable.of(route);
  }

  private static boolean seesAll(String role, String route) {
    return !isCommand(route) && (role.equals("operator") || role.equals("viewer"));
  }
}
