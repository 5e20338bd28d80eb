package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.store.SessionListRows;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The list of sessions reaches every row that is kept. */
@ExtendWith(LeakCheck.class)
final class ListedSessionsTest {
  private static final String OPERATOR = "Authorization: Bearer adm1n-s3cr3t";
  private static final String SUITE = "Authorization: Bearer ch3ck0ut-suite";
  private static final int NEWER = 6_000;

  @RegisterExtension final Lab lab = new Lab();

  @Test
  void aFilterFindsASessionBehindThousandsOfNewerOnes(@TempDir Path secrets) throws IOException {
    lab.start(SimulatedFleet.of(2, 1), Map.of("tokens", AccessLab.tokens(secrets)));
    String session = lab.newSession("'udid':'phone-1-1'", SUITE).answered().sessionId();
    String path = "/api/sessions/" + session;
    assertThat(ask("PATCH", path + "/status", "{\"status\":\"failed\"}", SUITE).status())
        .isEqualTo(200);
    lab.ask("DELETE", "/session/" + session, "", SUITE).answered();
    ObjectNode row = (ObjectNode) ask("GET", path, "", SUITE).json();
    row.remove(List.of("request_id", "commands"));
    Instant later = Instant.now().plusSeconds(1);
    lab.server().store().jdbi().useHandle(handle -> SessionListRows.add(handle, NEWER, later));

    String device = "device_id=" + row.path("device_id").asText();
    for (String query :
        List.of(
            device,
            device + "&status=failed",
            "status=failed&limit=500",
            "started_before=" + row.path("started_at").asText(),
            "platform_id=" + row.path("device_platform_id").asText())) {
      assertThat(listed(query, OPERATOR)).as(query).contains(session);
      assertThat(listed(query, SUITE)).as(query).containsExactly(session);
    }
    assertThat(listed("", SUITE)).containsExactly(session);
    assertThat(listed("status=passed", SUITE)).isEmpty();
    JsonNode last = ask("GET", "/api/sessions?offset=" + NEWER, "", OPERATOR).json();
    assertThat(last.path("total").asInt()).isEqualTo(NEWER + 1);
    assertThat(last.path("items")).hasSize(1).first().isEqualTo(row);
  }

  private List<String> listed(String query, String token) throws IOException {
    JsonNode page = ask("GET", "/api/sessions?" + query, "", token).json();
    List<String> listed = new ArrayList<>();
    page.path("items").forEach(item -> listed.add(item.path("session_id").asText()));
    assertThat(page.path("total").asInt()).as(query).isEqualTo(listed.size());
    return listed;
  }

  private Answered ask(String method, String path, String body, String token) throws IOException {
    return lab.ask(method, path, body, token, "Content-Type: application/json").answered();
  }
}
