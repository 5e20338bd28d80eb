package io.gridfleet.lb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.config.RecordShape.Part;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code conf/reference.yaml} and the records say the same, in both directions. */
final class ReferenceTest {
  private static final Path REFERENCE = Path.of("conf/reference.yaml");

  private static final String HEAD =
      """
      # Every key of GridFleet LB with its default. Keys without one, and those of list items, are
      # commented out behind a # without a blank; their values are examples.
      #
      # Over this file lies the environment (newSession.maxWait is GRIDFLEET_LB_NEW_SESSION_MAX_WAIT),
      # over both lie the flags. Durations: 250ms, 20s, 10min, 1h30min, 7d; a bare number is seconds.
      # Sizes: 32KiB, 16MiB. Keys that begin with x- are yours, for anchors.
      """;

  @Test
  void theReferenceHoldsEveryKeyOfTheRecordsAndNoOther() throws IOException {
    String generated = HEAD + keys(GridFleetConfig.class, "", true);
    if (Boolean.getBoolean("gridfleet.golden.write")) {
      Files.writeString(REFERENCE, generated);
    }
    assertThat(Files.readString(REFERENCE)).isEqualTo(generated);
  }

  @Test
  void theReferenceReadAsAConfigurationIsTheDefaults() {
    GridFleetConfig read = ConfigLoader.of(GridFleetConfig.class).file(REFERENCE).load().value();
    assertThat(read).isEqualTo(ConfigLoader.defaults(GridFleetConfig.class));
  }

  @Test
  void theExamplesOfTheReferenceAreValues() {
    String examples = keys(GridFleetConfig.class, "", false);
    ConfigException thrown =
        catchThrowableOfType(
            ConfigException.class,
            () ->
                ConfigLoader.of(GridFleetConfig.class)
                    .text("examples", examples)
                    .environment(Map.of("CHECKOUT_CI_TOKEN", "x", "LAB_DB_PASSWORD", "x"))
                    .load());
    assertThat(thrown).isNotNull();
    assertThat(thrown.problems())
        .extracting(ConfigProblem::message)
        .containsExactlyInAnyOrder(
            "'store.passwordFile' and 'passwordEnv' exclude each other",
            "'store.passwordFile' names a file that can't be read: /run/secrets/lab-db",
            "'nodeTls.trust[0]' names a file that can't be read: /etc/gridfleet/lab-ca.pem",
            "'tokens[0]' needs exactly one of 'secretFile', 'secretEnv' and 'sha256'",
            "'tokens[0].secretFile' names a file that can't be read: /run/secrets/checkout-ci");
  }

  @Test
  void everyKeyHasOneSentence() {
    sentences(GridFleetConfig.class);
  }

  @Test
  void theSmallExampleCanBeUsed() {
    Path example = Path.of("conf/gridfleet-lb.yaml");
    GridFleetConfig read = ConfigLoader.of(GridFleetConfig.class).file(example).load().value();
    assertThat(read.nodes()).hasSize(2);
  }

  private static void sentences(Class<?> record) {
    for (Part part : RecordShape.of(record).parts()) {
      assertThat(part.key().doc()).as(record + "." + part.name()).matches("[A-Zs][^\n]*[^.]\\.");
      Class<?> section = section(part.generic());
      if (section != null) {
        sentences(section);
      }
    }
  }

  private static String keys(Class<?> record, String indent, boolean commented) {
    StringBuilder text = new StringBuilder();
    for (Part part : RecordShape.of(record).parts()) {
      boolean top = indent.isEmpty();
      text.append(top ? "\n" : "")
          .append(indent)
          .append("# ")
          .append(part.key().doc())
          .append('\n');
      text.append(key(part, indent, commented));
    }
    return text.toString();
  }

  private static String key(Part part, String indent, boolean commented) {
    Class<?> section = section(part.generic());
    String name = indent + part.name() + ":";
    if (section != null && part.type() == List.class) {
      String items = item(keys(section, indent + "    ", false), indent + "  ");
      return commented
          ? name + " []\n" + comment(name + "\n" + items, indent)
          : name + "\n" + items;
    }
    if (section != null) {
      return name + "\n" + keys(section, indent + "  ", commented);
    }
    boolean known = !part.key().fallback().equals(Key.NO_FALLBACK);
    String line = name + " " + (known ? part.key().fallback() : part.key().example()) + "\n";
    return known || !commented ? line : comment(line, indent);
  }

  /** The first line that isn't a comment gets the dash of its item. */
  private static String item(String keys, String indent) {
    int sentence = keys.indexOf('\n') + 1;
    return indent
        + keys.substring(indent.length(), sentence)
        + indent
        + "- "
        + keys.substring(sentence + indent.length() + 2);
  }

  private static String comment(String lines, String indent) {
    StringBuilder text = new StringBuilder();
    lines
        .lines()
        .forEach(
            line ->
                text.append(indent)
                    .append('#')
                    .append(line.substring(indent.length()))
                    .append('\n'));
    return text.toString();
  }

  private static @Nullable Class<?> section(Type type) {
    Type inner =
        type instanceof ParameterizedType generic && generic.getRawType() == List.class
            ? generic.getActualTypeArguments()[0]
            : type;
    return inner instanceof Class<?> plain && plain.isRecord() && !Scalars.isScalar(plain)
        ? plain
        : null;
  }
}
