package io.gridfleet.lb.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.config.ConfigException;
import io.gridfleet.lb.config.ConfigLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Any configuration is read or refused with problems. */
final class ConfigPropertyTest {
  private static final String REFERENCE = uncommented();

  @Property(tries = 300)
  void anyTextIsReadOrRefused(@ForAll String text) {
    readOrRefused(text);
  }

  @Property(tries = 400)
  void aDamagedConfigurationIsReadOrRefused(
      @ForAll int place, @ForAll int length, @ForAll("pieces") String piece) {
    int from = Math.floorMod(place, REFERENCE.length());
    int to = Math.min(REFERENCE.length(), from + Math.floorMod(length, 12));
    readOrRefused(REFERENCE.substring(0, from) + piece + REFERENCE.substring(to));
  }

  @Property(tries = 300)
  void anyValueOfAnyKeyIsReadOrRefused(@ForAll("keys") String key, @ForAll("pieces") String piece) {
    readOrRefused(key.replace("VALUE", piece));
  }

  @Provide
  Arbitrary<String> keys() {
    return Arbitraries.of(
        "listen: VALUE",
        "store: VALUE",
        "log: VALUE",
        "inventory: {files: VALUE}",
        "newSession: {maxWait: VALUE}",
        "router: {maxHeaders: VALUE, trustedProxies: VALUE}",
        "nodes: [{url: VALUE}]",
        "nodes: [{url: 'http://a', devices: [{udid: VALUE, slots: VALUE, attributes: VALUE}]}]",
        "tokens: [{name: VALUE, secretFile: VALUE}]",
        "tokens: [{name: a, devices: VALUE}]");
  }

  @Provide
  Arbitrary<String> pieces() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(6),
        Arbitraries.of(
            "",
            "~",
            "[",
            "]",
            "{}",
            "[[]]",
            "- ",
            ": ",
            "\n",
            "\t",
            "*a",
            "&a x",
            "<<: 1",
            "? x",
            "999999999999999999999",
            "-1",
            "1e9",
            "999999999999d",
            "0",
            "\"\\0\"",
            "http://[",
            "%zz",
            "http://a:99999",
            "/",
            "*/*",
            "!!binary x",
            "0x10",
            "1:2:3",
            "'",
            "|",
            ">",
            "---",
            "é"));
  }

  private static void readOrRefused(String text) {
    try {
      assertThat(ConfigLoader.of(GridFleetConfig.class).text("any", text).load()).isNotNull();
    } catch (ConfigException e) {
      assertThat(e.problems()).isNotEmpty();
      e.problems().forEach(problem -> assertThat(problem.message()).isNotBlank());
    }
  }

  /** The reference with its example items, so that damage reaches them too. */
  private static String uncommented() {
    try {
      return Files.readString(Path.of("conf/reference.yaml"))
          .replaceAll("(?m)^( *)#(?! )", "$1")
          .replace("nodes: []\n", "")
          .replace("tokens: []\n", "")
          .replace("failures: []\n", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
