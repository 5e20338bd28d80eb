package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.lab.Wire;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Lists of a large lab: made in pieces while their clients read. */
@ExtendWith(LeakCheck.class)
final class LargeListsTest {
  private static final int DEVICES = 10_000;

  /** As many lists as are sent at once. */
  private static final int AT_ONCE = 8;

  private static final String GET = "GET /api/devices HTTP/1.1\r\nHost: lab\r\n\r\n";

  @RegisterExtension final Lab lab = new Lab();

  @BeforeEach
  void start() {
    lab.start(SimulatedFleet.of(1, DEVICES), Map.of("router", Map.of("bodyPause", "2s")));
  }

  @Test
  void everyDeviceIsInTheListOnceAndTheConnectionStays() throws IOException {
    try (Wire wire = lab.wire()) {
      for (int again = 0; again < 2; again++) {
        Wire.Response list = wire.send(GET).readResponse();
        assertThat(list.head().status()).isEqualTo(200);
        assertThat(list.head().header("transfer-encoding")).isEqualTo("chunked");
        assertThat(list.head().header("content-type")).isEqualTo("application/json");
        assertThat(ids(JsonClient.JSON.readTree(list.text()))).hasSize(DEVICES);
      }
    }
    JsonNode page = lab.ask("GET", "/api/devices?limit=500&offset=500", "").answered().json();
    assertThat(page.path("total").asInt()).isEqualTo(DEVICES);
    assertThat(ids(page.path("items"))).hasSize(500);
  }

  @Test
  void aFilteredListHasTheRowsOfItsPages() throws IOException {
    String filter = "selector=udid:phone-1-1*&sort_by=name&sort_dir=asc";
    JsonNode list = lab.ask("GET", "/api/devices?" + filter, "").answered().json();
    List<JsonNode> pages = new ArrayList<>();
    for (int offset = 0; offset < list.size(); offset += 500) {
      String page = "/api/devices?" + filter + "&limit=500&offset=" + offset;
      lab.ask("GET", page, "").answered().json().path("items").forEach(pages::add);
    }

    assertThat(list.size()).isBetween(1_000, DEVICES - 1);
    assertThat(names(pages)).isEqualTo(names(list)).isSorted();
  }

  @Test
  void aClientOfHttp10GetsTheListToTheEndOfItsConnection() throws IOException {
    try (Wire wire = lab.wire()) {
      wire.send("GET /api/devices HTTP/1.0\r\nHost: lab\r\n\r\n");
      Wire.Response list = wire.readResponse();
      assertThat(list.head().header("transfer-encoding")).isEmpty();
      assertThat(ids(JsonClient.JSON.readTree(list.text()))).hasSize(DEVICES);
    }
  }

  /** Each holds what its socket and the water marks of its channel take, and not the list. */
  @Test
  void clientsThatDoNotReadHoldLittleAndAreDisconnected() throws IOException {
    String session = lab.newSession("").answered().sessionId();
    List<Wire> slow = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      Wire wire = lab.wire().send(GET);
      assertThat(wire.readHead().status()).isEqualTo(200);
      slow.add(wire);
    }
    Answered refused = lab.ask("GET", "/api/devices", "").answered();
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.head().header("retry-after")).isEqualTo("1");
    assertThat(lab.command(session).status()).isEqualTo(200);
    assertThat(lab.ask("GET", "/api/devices?limit=500", "").answered().status()).isEqualTo(200);
    assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory()).isLessThan(64 << 20);

    Lab.until("all places are free", this::allPlacesAreFree);
    for (Wire wire : slow) {
      assertThat(whole(wire)).isFalse();
      wire.close();
    }
    lab.delete(session);
  }

  @Test
  void clientsThatLeaveInTheMiddleFreeTheirPlaces() throws IOException {
    for (int i = 0; i < 3 * AT_ONCE; i++) {
      Lab.until("a list begins", this::beginsAndLeaves);
    }
    Lab.until("a list is sent", () -> list() == 200);
  }

  private boolean allPlacesAreFree() throws IOException {
    List<Wire> wires = new ArrayList<>();
    int begun = 0;
    for (int i = 0; i < AT_ONCE; i++) {
      wires.add(lab.wire().send(GET));
      begun += wires.get(i).readHead().status() == 200 ? 1 : 0;
    }
    for (Wire wire : wires) {
      wire.reset();
    }
    return begun == AT_ONCE;
  }

  private boolean beginsAndLeaves() throws IOException {
    try (Wire wire = lab.wire().send(GET)) {
      boolean began = wire.readHead().status() == 200;
      if (began) {
        wire.readChunk();
        wire.reset();
      }
      return began;
    }
  }

  private int list() throws IOException {
    return lab.ask("GET", "/api/devices", "").answered().status();
  }

  /** Whether the list ends with its last chunk; a cut one doesn't. */
  private static boolean whole(Wire wire) {
    try {
      while (wire.readChunk().length > 0) {
        // the next one
      }
      return true;
    } catch (IOException cut) {
      return false;
    }
  }

  private static Set<String> ids(JsonNode rows) {
    Set<String> ids = new HashSet<>();
    rows.forEach(row -> ids.add(row.path("id").asText()));
    assertThat(ids).hasSize(rows.size());
    return ids;
  }

  private static List<String> names(Iterable<JsonNode> rows) {
    List<String> names = new ArrayList<>();
    rows.forEach(row -> names.add(row.path("name").asText()));
    return names;
  }
}
