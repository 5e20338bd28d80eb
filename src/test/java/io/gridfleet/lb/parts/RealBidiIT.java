package io.gridfleet.lb.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.BidiConnection;
import io.gridfleet.lb.lab.JsonClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client that uses WebDriver BiDi only, and a real chromedriver. */
class RealBidiIT {
  @RegisterExtension static final RealLab LAB = RealLab.open();

  private String socket() {
    return LAB.door().address().toString().replace("http", "ws") + "/session";
  }

  private static String command(int id, String method, Object params) throws IOException {
    return JsonClient.JSON.writeValueAsString(Map.of("id", id, "method", method, "params", params));
  }

  @Test
  void aBidiOnlySessionDrivesChromium() throws Exception {
    Map<String, Object> asked = RealLab.browser().asMap();
    try (BidiConnection bidi = BidiConnection.to(socket())) {
      bidi.sendAsIs(
          command(1, "session.new", Map.of("capabilities", Map.of("alwaysMatch", asked))));
      JsonNode created = bidi.answer(1);
      assertThat(created.path("type").asText()).as(created.toString()).isEqualTo("success");
      String session = created.path("result").path("sessionId").asText();

      bidi.sendAsIs(command(2, "browsingContext.getTree", Map.of()));
      String context = bidi.answer(2).at("/result/contexts/0/context").asText();
      bidi.sendAsIs(
          command(
              3,
              "browsingContext.navigate",
              Map.of("context", context, "url", "data:text/html,<title>till", "wait", "complete")));
      assertThat(bidi.answer(3).path("type").asText()).isEqualTo("success");
      assertThat(get("/session/" + session + "/title")).contains("till");

      bidi.sendAsIs(command(4, "session.end", Map.of()));
      assertThat(bidi.answer(4).path("type").asText()).isEqualTo("success");
      assertThat(bidi.closed()).isPositive();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> get("/session/" + session + "/title").contains("no such session here"));
    }
  }

  @Test
  void anAppiumServerHasNoBidiOnlySessions() throws Exception {
    Map<String, Object> asked = RealLab.phone("model:\"Fake One\"").asMap();
    try (BidiConnection bidi = BidiConnection.to(socket())) {
      bidi.sendAsIs(
          command(1, "session.new", Map.of("capabilities", Map.of("alwaysMatch", asked))));
      JsonNode refused = bidi.answer(1);
      assertThat(refused.path("error").asText()).isEqualTo("session not created");
      assertThat(refused.path("message").asText()).contains("has no BiDi-only sessions");
    }
  }

  private String get(String path) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(LAB.door().address() + path)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
