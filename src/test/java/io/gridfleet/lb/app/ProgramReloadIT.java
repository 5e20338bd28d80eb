package io.gridfleet.lb.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** SIGHUP to a process whose files changed, broke or vanished. */
@Execution(ExecutionMode.CONCURRENT)
final class ProgramReloadIT {
  private static final String MAIN =
      """
      store: 'sqlite:lab.db'
      nodes: [{id: own, url: 'http://127.0.0.1:9', devices: [{udid: o, platformName: Android}]}]
      inventory: {files: ['lab.d/*.yaml'], forgetAfter: 1h}
      """;
  private static final String RACK =
      "nodes: [{id: rack, url: 'http://127.0.0.2:9', devices: [{udid: x, platformName: iOS}]}]";

  @TempDir private Path folder;

  @BeforeEach
  void files() throws IOException {
    Files.createDirectory(folder.resolve("lab.d"));
    write("lab.yaml", MAIN);
    write("lab.d/rack.yaml", RACK);
    write("token", "open-sesame");
  }

  @Test
  void ofAChangedFileNodesAndTokensTakeEffectAndOtherKeysAreNamed() throws Exception {
    try (Program server = started()) {
      assertThat(udids(server.client().get("/api/devices"))).containsExactly("o", "x");
      write(
          "lab.yaml",
          MAIN.replace("udid: o", "udid: p")
              + "newSession: {maxWait: 7min}\n"
              + "router: {drain: 1s, maxConnections: 99}\n"
              + "tokens: [{name: shop, role: operator, secretFile: '%s'}]\n"
                  .formatted(folder.resolve("token")));
      server.signal("HUP");
      server.awaitLog("reload done: 2 nodes, 2 devices");

      assertThat(server.log())
          .contains("reload: changed keys of the configuration: nodes, tokens, router.drain")
          .contains(
              "reload: these changed keys need a restart: newSession.maxWait, router.maxConnections")
          .contains("reload: devices added: 1 (p)", "reload: devices removed: 1 (o)")
          .doesNotContain("open-sesame");
      assertThat(server.client().get("/api/devices").status()).isEqualTo(401);
      Reply mine =
          server
              .client()
              .send("GET", "/api/devices", null, Map.of("Authorization", "Bearer open-sesame"))
              .join();
      assertThat(udids(mine)).containsExactly("p", "x");
    }
  }

  @Test
  void aBrokenMainFileChangesNothingAndNothingReadsLikeSuccess() throws Exception {
    try (Program server = started()) {
      write("lab.yaml", MAIN.replace("udid: o", "udid: p").replace("forgetAfter: 1h", "forgot: 1"));
      server.signal("HUP");
      server.awaitLog("reload failed in part, 1 problem");

      assertThat(server.log())
          .contains("reload: the configuration has errors, so all of it stays as it was")
          .contains("lab.yaml:3:38: unknown key 'forgot' in 'inventory'")
          .doesNotContain("reload done", "devices added");
      assertThat(udids(server.client().get("/api/devices"))).containsExactly("o", "x");
      assertThat(server.client().get("/metrics").text())
          .contains("gridfleet_lb_reload_successful 0.0", "gridfleet_lb_reload_errors_total 1.0");

      write("lab.yaml", MAIN);
      server.signal("HUP");
      server.awaitLog("reload done: 2 nodes, 2 devices");
      assertThat(server.client().get("/metrics").text())
          .contains("gridfleet_lb_reload_successful 1.0");
    }
  }

  @Test
  void anInventoryFileThatVanishedKeepsItsDevicesAndABrokenOneItsOwn() throws Exception {
    try (Program server = started()) {
      Files.delete(folder.resolve("lab.d/rack.yaml"));
      server.signal("HUP");
      server.awaitLog("rack.yaml is gone; its 1 device stays for");
      assertThat(server.log()).contains("(inventory.forgetAfter): x");
      assertThat(udids(server.client().get("/api/devices"))).containsExactly("o", "x");

      write("lab.d/rack.yaml", "nodes: [{id: rack}]");
      server.signal("HUP");
      server.awaitLog("'nodes[0].url' is missing");
      server.awaitLog("reload failed in part, 1 problem");
      assertThat(udids(server.client().get("/api/devices"))).containsExactly("o", "x");
    }
  }

  @Test
  void aMainFileThatVanishedChangesNothing() throws Exception {
    try (Program server = started()) {
      Files.delete(folder.resolve("lab.yaml"));
      server.signal("HUP");
      server.awaitLog("reload failed in part, 1 problem");
      assertThat(server.log()).contains("lab.yaml").doesNotContain("reload done");
      assertThat(udids(server.client().get("/api/devices"))).containsExactly("o", "x");
      assertThat(server.alive()).isTrue();
    }
  }

  @Test
  void aSignalDuringTheStartIsHandledAfterIt() throws Exception {
    try (Program server =
        Program.start(folder, "--config", folder.resolve("lab.yaml").toString())) {
      server.awaitLog("the store is");
      server.signal("HUP");
      server.awaitReady().awaitLog("reload done: 2 nodes, 2 devices");
    }
  }

  private Program started() throws IOException {
    return Program.start(folder, "--config", folder.resolve("lab.yaml").toString()).awaitReady();
  }

  private static List<String> udids(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    JsonNode body = reply.body();
    JsonNode devices = body.isArray() ? body : body.path("items");
    return StreamSupport.stream(devices.spliterator(), false)
        .map(device -> device.path("identity_value").asText())
        .sorted()
        .toList();
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(folder.resolve(file), text);
  }
}
