package io.gridfleet.lb.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.app.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the command line reports invalid arguments. */
final class CommandLineTest {
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource({
    "--port,--listen",
    "-p,--listen",
    "--lissen,--listen",
    "--conf,--config",
    "check-confg,check-config"
  })
  void anUnknownOptionSuggestsTheOneThatWasMeant(String written, String meant) {
    assertThat(run(written, "3")).isEqualTo(2);
    assertThat(err.toString()).contains("'" + written + "'; did you mean '" + meant + "'?");
    assertThat(err.toString().lines()).hasSize(2);
  }

  @Test
  void anUnknownOptionBehindDemoIsNotTheKindOfDemo() {
    assertThat(run("--demo", "--port", "3")).isEqualTo(2);
    assertThat(err.toString()).contains("'--port'; did you mean '--listen'?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"htp://x y", "ftp://127.0.0.1:1", "127.0.0.1:4444", "http://"})
  void aUrlThatIsNoneIsASentence(String url) {
    assertThat(run("status", "--url", url)).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo("--url must be a url such as http://127.0.0.1:4444, not '" + url + "'\n");
  }

  @Test
  void aServerThatIsNotThereIsASentence() {
    assertThat(run("status", "--url", "http://127.0.0.1:1")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "http://127.0.0.1:1 does not answer: nothing listens there; is the server running?\n");
  }

  @Test
  void aFolderIsNoConfiguration(@TempDir Path folder) throws IOException {
    assertThat(run("--config", folder.toString())).isEqualTo(2);
    assertThat(err.toString()).isEqualTo(folder + ": can't be read: Is a directory\n");
  }

  private int run(String... arguments) {
    return Main.commandLine()
        .setErr(new PrintWriter(err, true))
        .setOut(new PrintWriter(new StringWriter(), true))
        .execute(arguments);
  }
}
