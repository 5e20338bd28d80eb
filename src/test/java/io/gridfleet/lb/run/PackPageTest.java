package io.gridfleet.lb.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.run.DriverPack.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** People find the ids of packs and platforms in the documents and in the error. */
final class PackPageTest {
  private static final Path PAGE = Path.of("src/site/markdown/test-suites.md");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `(appium-[a-z0-9-]+)` \\| `([a-z_]+)` \\|");

  @Test
  void thePageHasEveryBuiltInPlatformAndNoOther() throws IOException {
    Set<String> documented = new TreeSet<>();
    Matcher row = ROW.matcher(Files.readString(PAGE));
    while (row.find()) {
      documented.add(row.group(1) + " " + row.group(2));
    }
    Set<String> builtIn = new TreeSet<>();
    for (DriverPack pack : DriverPacks.builtIn().packs()) {
      pack.platforms().forEach(platform -> builtIn.add(pack.id() + " " + platform.id()));
    }
    assertThat(documented).isEqualTo(builtIn);
  }

  @Test
  void theErrorListsEnabledPacksOnlyAndNotTooMany() {
    List<DriverPack> packs = new ArrayList<>();
    packs.add(new DriverPack("off", "Off", State.DISABLED, "d", List.of()));
    for (int i = 0; i < 50; i++) {
      Platform platform = new Platform("p" + i, "P", "Fake", "Fake", List.of(), List.of());
      packs.add(new DriverPack("pack" + i, "Pack", State.ENABLED, "d", List.of(platform)));
    }
    assertThat(new DriverPacks(packs).enabledText())
        .startsWith("pack0 (p0), pack1 (p1), ")
        .endsWith("pack19 (p19)")
        .doesNotContain("off");
  }
}
