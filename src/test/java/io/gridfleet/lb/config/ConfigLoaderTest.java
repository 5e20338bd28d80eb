package io.gridfleet.lb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigLoaderTest {
  /** A choice. */
  public enum Colour {
    RED,
    DARK_BLUE
  }

  /** A section that a single value may stand for. */
  public record Mail(
      @Key(doc = "Where to.", fallback = "root", shorthand = true) String to,
      @Key(doc = "How large.", fallback = "16MiB", max = "1GiB") ByteSize limit) {}

  /** An item of a list. */
  public record Item(
      @Key(doc = "Its address.") URI url,
      @Key(doc = "How many.", fallback = "1", min = "1", max = "9") int slots,
      @Key(doc = "Anything.") Map<String, Object> more) {}

  /** A whole document. */
  public record Lab(
      @Key(doc = "Listens.", fallback = "127.0.0.1:4444") HostPort listen,
      @Key(doc = "Waits.", fallback = "20s", min = "1s", max = "1d") Duration maxWait,
      @Key(doc = "Colours.", fallback = "red") Colour colour,
      @Key(doc = "Mails.") Mail mailBox,
      @Key(doc = "Items.") List<Item> items,
      @Key(doc = "Names.", fallback = "a, b") List<String> names,
      @Key(doc = "Labels.") Map<String, String> labels,
      @Key(doc = "A file.") Optional<Path> file,
      @Key(doc = "A count.") OptionalInt count,
      @Key(doc = "Hidden.", secret = true, max = "5") OptionalInt hidden)
      implements ValidatedConfig {
    @Override
    public void check(ConstraintErrors complaints) {
      if (!items.isEmpty() && items.get(0).slots() == 3) {
        complaints.at("items[0].slots", "must not be three");
      }
      if (colour == Colour.DARK_BLUE) {
        complaints.at("colour", "is out of fashion");
      }
    }
  }

  @Test
  void nothingConfiguredIsTheFallbacks() {
    Lab lab = ConfigLoader.defaults(Lab.class);
    assertThat(lab)
        .isEqualTo(
            new Lab(
                new HostPort("127.0.0.1", 4444),
                Duration.ofSeconds(20),
                Colour.RED,
                new Mail("root", new ByteSize(16 << 20)),
                List.of(),
                List.of("a", "b"),
                Map.of(),
                Optional.empty(),
                OptionalInt.empty(),
                OptionalInt.empty()));
  }

  @Test
  void everyKindOfValueIsRead() {
    Lab lab =
        load(
            """
            listen: "[::1]:80"
            maxWait: 1h30min
            mailBox: {to: you, limit: 1 KiB}
            items:
              - url: http://10.0.0.7:4723/wd/hub
                slots: 2
                more: {a: 17.10, b: "17.10", c: [1, no, yes, ~, true], d: {e: 5000000000}, f: 007}
            names: [x]
            labels: {team: checkout, floor: 3}
            file: sub/f.txt
            count: 7
            """);
    assertThat(lab.listen()).isEqualTo(new HostPort("::1", 80));
    assertThat(lab.maxWait()).isEqualTo(Duration.ofMinutes(90));
    assertThat(lab.mailBox()).isEqualTo(new Mail("you", new ByteSize(1024)));
    assertThat(lab.items().get(0).url()).isEqualTo(URI.create("http://10.0.0.7:4723/wd/hub"));
    assertThat(lab.items().get(0).more())
        .containsEntry("a", new BigDecimal("17.10"))
        .containsEntry("b", "17.10")
        .containsEntry("d", Map.of("e", 5_000_000_000L))
        .containsEntry("f", "007");
    assertThat(lab.items().get(0).more().get("c")).asString().isEqualTo("[1, no, yes, null, true]");
    assertThat(lab.labels()).isEqualTo(Map.of("team", "checkout", "floor", "3"));
    assertThat(lab.file()).contains(Path.of("sub/f.txt"));
    assertThat(lab.count()).hasValue(7);
  }

  @Test
  void allProblemsAreReportedAtOnceWithTheirPlaces() {
    assertProblems(
        """
        lissen: 1.2.3.4:5
        listen: nowhere
        maxWait: 2d
        colour: blue
        items:
          - slots: two
            url: ftp://x
          - url: http://ok
            slots: 10
            more: []
            colour: red
          - 7
        names: {a: b}
        labels: [a]
        mailBox: [1]
        """,
        "lab.yaml:1:1: unknown key 'lissen'; did you mean 'listen'?",
        "lab.yaml:2:9: 'listen' must be host:port, such as 127.0.0.1:4444 or [::1]:4444, not"
            + " 'nowhere'",
        "lab.yaml:3:10: 'maxWait' must be at most 1d, not '2d'",
        "lab.yaml:4:9: 'colour' must be one of red, dark-blue, not 'blue'",
        "lab.yaml:6:12: 'items[0].slots' must be a whole number, not 'two'",
        "lab.yaml:7:10: 'items[0].url' must be a url such as http://10.0.0.7:4723/wd/hub, not"
            + " 'ftp://x'",
        "lab.yaml:9:12: 'items[1].slots' must be at most 9, not '10'",
        "lab.yaml:10:11: 'items[1].more' must be a section with keys, not a list",
        "lab.yaml:11:5: unknown key 'colour' in 'items[1]'",
        "lab.yaml:12:5: 'items[2]' must be a section with keys, not a single value",
        "lab.yaml:13:8: 'names' must be a list, not a section with keys",
        "lab.yaml:14:9: 'labels' must be a section with keys, not a list",
        "lab.yaml:15:10: 'mailBox' must be a section with keys, not a list");
  }

  @Test
  void missingAndDuplicateKeysAreReported() {
    assertProblems(
        "colour: red\nitems:\n- slots: 1\ncolour: red\n",
        "lab.yaml:3:3: 'items[0].url' is missing",
        "lab.yaml:4:1: 'colour' stands twice, first in line 1");
  }

  @Test
  void aRecordsOwnRulesAreReportedAtTheirKeys() {
    assertProblems(
        "colour: dark-blue\nitems:\n- {url: 'http://x', slots: 3}\n",
        "lab.yaml:1:9: 'colour' is out of fashion",
        "lab.yaml:3:28: 'items[0].slots' must not be three");
  }

  @Test
  void aSecretIsNotShown() {
    assertProblems("hidden: 1234\n", "lab.yaml:1:9: 'hidden' must be at most 5");
    assertProblems("hidden: hush\n", "lab.yaml:1:9: 'hidden' must be a whole number");
  }

  @Test
  void brokenYamlIsReportedWithItsPlace() {
    ConfigException thrown = refused("a: [1, 2\nb: c\n");
    assertThat(thrown.problems()).hasSize(1);
    assertThat(thrown.problems().get(0).toString()).startsWith("lab.yaml:2:").contains("YAML");
    assertProblems("- 1\n", "lab.yaml:1:1: a configuration is a section with keys, not a list");
    assertThat(refused("a: 1\n---\nb: 1\n").problems()).hasSize(1);
    assertThat(refused("a: \u0007\n").problems()).hasSize(1);
    assertThat(refused("[".repeat(10_000)).problems()).hasSize(1);
    assertThat(refused("x-a: &a [*a]\n").problems().get(0).message()).contains("alias");
  }

  @Test
  void aDocumentMayBeFiftyDeepAndNotDeeper() {
    ConfigLoader.of(Lab.class)
        .text("lab.yaml", "x-a: " + "[".repeat(49) + "1" + "]".repeat(49))
        .load();
    ConfigLoader.of(Lab.class).text("lab.yaml", "x-a: " + "[".repeat(50) + "]".repeat(50)).load();
    assertProblems(
        "x-a: " + "[".repeat(51) + "]".repeat(51),
        "lab.yaml:1:1: not valid YAML: Nesting Depth exceeded max 50");
  }

  @Test
  void aliasesOfAliasesAreBounded() {
    StringBuilder doubled = new StringBuilder("x-0: &a0 [1, 1]\n");
    StringBuilder deeper = new StringBuilder("x-0: &a0 [1]\n");
    for (int i = 1; i <= 45; i++) {
      doubled.append("x-%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }
    for (int i = 1; i <= 60; i++) {
      deeper.append("x-%d: &a%d [*a%d]\n".formatted(i, i, i - 1));
    }
    assertThat(refused(doubled.toString()).problems().toString())
        .contains("aliases repeat more than 10,000,000 values");
    assertProblems(
        deeper.toString(), "lab.yaml:1:1: not valid YAML: Nesting Depth exceeded max 50");
  }

  @Test
  void anAliasIsOfTheLatestAnchorBeforeIt() {
    assertThat(load("x-a: &a {deep: &a red}\ncolour: *a\n").colour()).isEqualTo(Colour.RED);
  }

  @Test
  void aValueTaggedAsTextIsNoNumber() {
    Map<String, Object> more =
        load("items:\n- {url: 'http://x', more: {a: !!str 4, b: 4}}\n").items().get(0).more();

    assertThat(more).isEqualTo(Map.of("a", "4", "b", 4));
  }

  @Test
  void anAliasWithoutAnAnchorAndASecondDocumentAreNotRead() {
    assertProblems("x-a: 1\nx-b: *a\n", "lab.yaml:2:6: not valid YAML: found undefined alias a");
    assertProblems(
        "x-a: 1\n---\nx-a: 2\n",
        "lab.yaml:2:1: not valid YAML: expected a single document in the stream:"
            + " but found another document");
  }

  @Test
  void aDocumentThatIsNotYamlHasNoOtherProblem() {
    assertProblems(
        "hidden: 1\nhidden: 2\nfile: @x\n",
        "lab.yaml:3:7: not valid YAML: while scanning for the next token: found character '@'"
            + " that cannot start any token. (Do not use @ for indentation)");
  }

  @Test
  void anchorsAndMergeKeysSaveRepetition() {
    Lab lab =
        load(
            """
            x-usual: &usual {slots: 4, more: &more {a: 1}}
            items:
              - {url: "http://a", <<: *usual}
              - {url: "http://b", <<: *usual, slots: 5}
              - {url: "http://c", more: *more}
            """);
    assertThat(lab.items()).extracting(Item::slots).containsExactly(4, 5, 1);
    assertThat(lab.items()).extracting(Item::more).containsOnly(Map.of("a", 1));
  }

  @Test
  void anEmptyFileIsNothingConfigured() {
    assertThat(load("")).isEqualTo(ConfigLoader.defaults(Lab.class));
    assertThat(load("# nothing\nitems:\n")).isEqualTo(ConfigLoader.defaults(Lab.class));
  }

  @Test
  void flagsWinOverTheEnvironmentAndThatOverTheFile() {
    ConfigLoader<Lab> loader =
        ConfigLoader.of(Lab.class)
            .text("lab.yaml", "listen: 127.0.0.1:1\nmaxWait: 1s\ncolour: red\nmailBox: me\n")
            .environment(
                Map.of(
                    "GRIDFLEET_LB_LISTEN", "127.0.0.1:2",
                    "GRIDFLEET_LB_MAX_WAIT", "2s",
                    "GRIDFLEET_LB_MAIL_BOX_LIMIT", "2KiB",
                    "GRIDFLEET_LB_NAMES", "x,y",
                    "GRIDFLEET_LB_CONFIG", "ignored here",
                    "PATH", "/bin"))
            .flags(Map.of("listen", "127.0.0.1:3"));
    LoadedConfig<Lab> loaded = loader.load();
    assertThat(loaded.warnings()).isEmpty();
    assertThat(loaded.value().listen().port()).isEqualTo(3);
    assertThat(loaded.value().maxWait()).isEqualTo(Duration.ofSeconds(2));
    assertThat(loaded.value().mailBox()).isEqualTo(new Mail("me", new ByteSize(2048)));
    assertThat(loaded.value().names()).containsExactly("x", "y");
  }

  @Test
  void aSingleValueMayStandForASectionInTheEnvironmentToo() {
    Lab lab =
        ConfigLoader.of(Lab.class)
            .text("lab.yaml", "mailBox: {limit: 3KiB}")
            .environment(Map.of("GRIDFLEET_LB_MAIL_BOX", "them"))
            .load()
            .value();
    assertThat(lab.mailBox()).isEqualTo(new Mail("them", new ByteSize(3072)));
  }

  @Test
  void aWrongVariableIsReportedByItsNameAndAnUnknownOneIsAWarning() {
    ConfigLoader<Lab> wrong =
        ConfigLoader.of(Lab.class).environment(Map.of("GRIDFLEET_LB_COLOUR", "x"));
    assertThatThrownBy(wrong::load)
        .hasMessage(
            "environment variable GRIDFLEET_LB_COLOUR: 'colour' must be one of red, dark-blue, not"
                + " 'x'");
    LoadedConfig<Lab> unknown =
        ConfigLoader.of(Lab.class).environment(Map.of("GRIDFLEET_LB_COLOR", "red")).load();
    assertThat(unknown.warnings())
        .extracting(ConfigProblem::toString)
        .containsExactly(
            "environment variable GRIDFLEET_LB_COLOR: names no key; did you mean"
                + " 'GRIDFLEET_LB_COLOUR'?");
  }

  @Test
  void aFileIsNamedInItsProblemsAndItsPathsStartFromItsFolder(@TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("lab.yaml"), "file: f.txt\n");
    assertThat(ConfigLoader.of(Lab.class).file(file).load().value().file())
        .contains(folder.resolve("f.txt"));
    Files.write(file, new byte[] {'a', ':', (byte) 0xff});
    assertThatThrownBy(() -> ConfigLoader.of(Lab.class).file(file).load())
        .hasMessage(file + ": not valid UTF-8");
    assertThatThrownBy(() -> ConfigLoader.of(Lab.class).file(folder.resolve("no")).load())
        .hasMessage(folder.resolve("no") + ": there is no such file");
  }

  private static Lab load(String text) {
    return ConfigLoader.of(Lab.class).text("lab.yaml", text).load().value();
  }

  private static ConfigException refused(String text) {
    ConfigException thrown = catchThrowableOfType(ConfigException.class, () -> load(text));
    assertThat(thrown).as("the problems of %s", text).isNotNull();
    return thrown;
  }

  private static void assertProblems(String text, String... problems) {
    assertThat(refused(text).problems())
        .extracting(ConfigProblem::toString)
        .containsExactly(problems);
  }
}
