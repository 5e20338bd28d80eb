package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.Wire;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the web UI and the events that its screens listen to, over a socket. */
@ExtendWith(LeakCheck.class)
final class UiPagesTest {
  private static final Pattern FILE = Pattern.compile("\"(/ui/assets/[^\"]+)\"");

  @RegisterExtension final Lab lab = new Lab();

  @BeforeEach
  void onePhone() {
    lab.start(1);
  }

  private Answered get(String path, String... headers) throws IOException {
    return lab.ask("GET", path, "", headers).answered();
  }

  private List<String> files() throws IOException {
    Set<String> files = new LinkedHashSet<>();
    Matcher file = FILE.matcher(get("/ui").text());
    while (file.find()) {
      if (file.group(1).matches(".*\\.[0-9a-f]{16}\\.[a-z]+")) {
        files.add(file.group(1));
      }
    }
    return List.copyOf(files);
  }

  /** One body as it is sent to a browser, which accepts gzip. */
  private int sent(String path) throws IOException {
    try (Wire wire = lab.wire()) {
      wire.send("GET " + path + " HTTP/1.1\r\nHost: lab\r\nAccept-Encoding: gzip, br\r\n\r\n");
      Wire.Response answered = wire.readResponse();
      assertThat(answered.head().status()).as(path).isEqualTo(200);
      return answered.body().length;
    }
  }

  /** The page and every file of it, libraries included, each as it is sent. */
  @Test
  void theWholeUiIsBelow60000Bytes() throws IOException {
    int all = sent("/ui");
    for (String file : files()) {
      all += sent(file);
    }
    assertThat(all).isBetween(30_000, 59_999);
  }

  @Test
  void everyFileIsKeptByBrowsersForAYear() throws IOException {
    List<String> files = files();
    assertThat(files)
        .extracting(file -> file.replaceFirst("\\.[0-9a-f]{16}", ""))
        .containsExactlyInAnyOrder(
            "/ui/assets/app.js",
            "/ui/assets/more.js",
            "/ui/assets/lib/uplot.js",
            "/ui/assets/lib/uplot.css",
            "/ui/assets/app.css",
            "/ui/assets/icon.svg");
    for (String file : files) {
      Answered answered = get(file);
      assertThat(answered.status()).as(file).isEqualTo(200);
      assertThat(answered.head().header("cache-control"))
          .isEqualTo("public, max-age=31536000, immutable");
      assertThat(answered.head().header("x-content-type-options")).isEqualTo("nosniff");
    }
    String other = files.get(0).replaceFirst("[0-9a-f]{16}", "0123456789abcdef");
    assertThat(get(other).status()).isEqualTo(404);
  }

  @Test
  void thePageIsAskedForAgainAndSentOnlyWhenItChanged() throws IOException {
    Answered page = get("/ui/devices/some-id?x=1");
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.head().header("cache-control")).isEqualTo("no-cache");
    assertThat(page.head().header("content-security-policy"))
        .contains("default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'");
    assertThat(page.head().header("referrer-policy")).isEqualTo("no-referrer");
    try (Wire wire = lab.wire()) {
      String tag = page.head().header("etag");
      wire.send("GET /ui HTTP/1.1\r\nHost: lab\r\nIf-None-Match: " + tag + "\r\n\r\n");
      assertThat(wire.readHead().status()).isEqualTo(304);
      wire.request("GET", "/healthz", "");
      assertThat(wire.readResponse().text()).as("the next answer").isEqualTo("ok\n");
    }
  }

  @Test
  void aClientThatAcceptsGzipGetsIt() throws IOException {
    String page = get("/ui").text();
    try (Wire wire = lab.wire()) {
      wire.send("GET /ui HTTP/1.1\r\nHost: lab\r\nAccept-Encoding: br, gzip;q=0.8\r\n\r\n");
      Wire.Response answered = wire.readResponse();
      assertThat(answered.head().header("content-encoding")).isEqualTo("gzip");
      assertThat(answered.head().header("vary")).isEqualTo("Accept-Encoding");
      byte[] whole = new GZIPInputStream(new ByteArrayInputStream(answered.body())).readAllBytes();
      assertThat(new String(whole, StandardCharsets.UTF_8)).isEqualTo(page);
    }
    assertThat(get("/ui", "Accept-Encoding: gzip;q=0").head().headers())
        .doesNotContainKey("content-encoding");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/ui/nothing", "/ui/app.js", "/ui/<script>"})
  void anAddressWithoutScreenIsNotFoundAndThePageSaysSo(String path) throws IOException {
    Answered page = get(path);
    assertThat(page.status()).isEqualTo(404);
    assertThat(page.text()).startsWith("<!DOCTYPE html>").doesNotContain(path);
  }

  @Test
  void eventsSayWhatToReadAgain() throws IOException {
    Asked stream = lab.ask("GET", "/api/events", "");
    assertThat(stream.wire().readHead().status()).isEqualTo(200);
    assertThat(chunk(stream)).startsWith(": open");
    String session = lab.session("");
    assertThat(chunk(stream)).contains("event: session.started", session, "device_id");
    assertThat(chunk(stream)).contains("event: request.ended", "request_id");
    Asked waits = lab.waiting("'gridfleet:waitForDeviceOnlineTimeout':60");
    assertThat(chunk(stream)).contains("event: request.queued");
    lab.leavesTheQueue(waits);
    assertThat(chunk(stream)).contains("event: request.ended");
    lab.delete(session);
    assertThat(chunk(stream)).contains("event: session.ended", session);
    stream.leave();

    Asked late = lab.ask("GET", "/api/events", "", "Last-Event-ID: none");
    assertThat(late.wire().readHead().status()).isEqualTo(200);
    assertThat(chunk(late)).startsWith(": open");
    String next = lab.session("");
    assertThat(chunk(late)).as("nothing is repeated").contains("session.started", next);
    lab.delete(next);
    late.leave();
  }

  /** The next event that isn't about the node's health. */
  private static String chunk(Asked stream) throws IOException {
    String next;
    do {
      next = new String(stream.wire().readChunk(), StandardCharsets.UTF_8);
    } while (next.contains("event: device.changed"));
    return next;
  }
}
