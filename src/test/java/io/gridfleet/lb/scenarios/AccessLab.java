package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.auth.AccessTable;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.Lab.Asked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A lab with a token of each role for node 1, a suite's for node 2, and an operator who prepares
 * what a request needs and cleans up after it. A role's own resources are those that its token
 * created; a token that can't create any is tested with those of the suite with the same devices.
 */
final class AccessLab {
  private static final String ADMIN = "Authorization: Bearer adm1n-s3cr3t";
  private static final String NIGHTLY = "Authorization: Bearer n1ghtly-s3cr3t";
  private static final String NOBODYS = "00000000-0000-4000-8000-000000000000";

  private static final List<String> COMMANDS =
      List.of(
          "GET /session/{session}/url",
          "POST /session/{session}/element",
          "DELETE /session/{session}");

  private final Lab lab;
  private final Map<String, String> sessions = new LinkedHashMap<>();
  private @Nullable Asked waiting;
  private int unknownSessions;

  AccessLab(Lab lab) {
    this.lab = lab;
  }

  /** The owner of the resource that a request concerns. */
  enum Owner {
    OWN(1),
    FOREIGN(2),
    UNKNOWN(1);

    private final int node;

    Owner(int node) {
      this.node = node;
    }

    /** The token that creates the resource for a request of this role. */
    private String token(String role, boolean isSession) {
      if (this == FOREIGN) {
        return NIGHTLY;
      }
      boolean makes = role.equals("operator") || (isSession && role.equals("session"));
      return bearer(makes ? role : "suite");
    }

    private String udid(int phone) {
      return "phone-" + node + "-" + phone;
    }
  }

  /** An answer: its cell, and its text without what differs from request to request. */
  record Seen(String cell, String text) {}

  static List<Map<String, Object>> tokens(Path folder) throws IOException {
    List<Map<String, Object>> tokens = new ArrayList<>();
    for (String role : List.of("session", "suite", "operator", "viewer")) {
      tokens.add(token(folder, "own-" + role, "ch3ck0ut-" + role, role, "udid:phone-1-*"));
    }
    tokens.add(token(folder, "nightly", "n1ghtly-s3cr3t", "suite", "udid:phone-2-*"));
    tokens.add(token(folder, "admin", "adm1n-s3cr3t", "operator", "udid:*"));
    return tokens;
  }

  private static String bearer(String role) {
    return "Authorization: Bearer ch3ck0ut-" + role;
  }

  private static Map<String, Object> token(
      Path folder, String name, String secret, String role, String devices) throws IOException {
    Path file = Files.writeString(folder.resolve(secret), secret);
    return Map.of("name", name, "role", role, "devices", devices, "secretFile", file.toString());
  }

  /** The rows of the table: its routes, with the commands that represent all commands. */
  static List<String> routes() {
    return Stream.concat(
            AccessTable.routes().keySet().stream()
                .filter(
                    route ->
                        !route.equals(AccessTable.COMMAND)
                            && !route.equals(AccessTable.BIDI_SESSION)),
            COMMANDS.stream())
        .toList();
  }

  static boolean namesAThing(String route) {
    return route.contains("{") || route.equals("POST /api/sessions");
  }

  static boolean isList(String route) {
    return List.of(
            "GET /api/devices",
            "GET /api/runs",
            "GET /api/sessions",
            "GET /sessions",
            "GET /appium/sessions",
            "GET /api/queue",
            "GET /api/grid/queue",
            "GET /api/requests",
            "GET /api/overview",
            "GET /api/selector/explain")
        .contains(route);
  }

  /** Sends one request, with everything that it needs in place, and cleans up. */
  Seen ask(String route, String role, Owner owner) throws IOException {
    String id = prepare(route, role, owner);
    try {
      return request(route, role, owner, id);
    } finally {
      clear(route, owner, id);
    }
  }

  /**
   * Sends a request without a valid token so many times, with everything that it needs in place.
   *
   * @return the statements of the store that were executed as often meanwhile
   */
  List<String> statementsForNobody(String route, int times) throws IOException {
    String id = prepare(route, "operator", Owner.OWN);
    try {
      Map<String, Long> before = statements();
      for (int i = 0; i < times; i++) {
        Seen refused = request(route, i % 2 == 0 ? "" : "wrong", Owner.OWN, id);
        assertThat(refused.cell()).as(route).startsWith("401");
      }
      Map<String, Long> after = statements();
      return after.keySet().stream()
          .filter(name -> after.get(name) - before.getOrDefault(name, 0L) >= times)
          .toList();
    } finally {
      clear(route, Owner.OWN, id);
    }
  }

  private Map<String, Long> statements() throws IOException {
    Map<String, Long> counts = new LinkedHashMap<>();
    admin("GET", "/metrics", "")
        .text()
        .lines()
        .filter(line -> line.startsWith("gridfleet_lb_store_seconds_count"))
        .forEach(
            line -> {
              int blank = line.lastIndexOf(' ');
              counts.put(
                  line.substring(0, blank), (long) Double.parseDouble(line.substring(blank + 1)));
            });
    return counts;
  }

  private Seen request(String route, String role, Owner owner, String id) throws IOException {
    String method = route.substring(0, route.indexOf(' '));
    String path = path(route.substring(route.indexOf(' ') + 1), owner, id);
    String token = role.isEmpty() ? "X-None: 1" : bearer(role);
    Asked asked = lab.ask(method, path, body(route, owner, id), token);
    if (route.equals("GET /api/events")) {
      int status = asked.wire().readHead().status();
      asked.leave();
      return new Seen(Integer.toString(status), "");
    }
    Answered answered = asked.answered();
    if (route.equals(AccessTable.NEW_SESSION) && answered.status() == 200) {
      lab.ask("DELETE", "/session/" + answered.sessionId(), "", token).answered();
    }
    String shown = answered.status() != 200 ? "" : answered.text().contains(id) ? "+" : "-";
    return new Seen(answered.status() + (isList(route) ? shown : ""), plain(answered.text(), id));
  }

  private static String plain(String text, String id) {
    return text.replace(id, "<id>")
        .replaceAll("target (nobody|phone-[12]-1)", "target <target>")
        .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>")
        .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "<time>");
  }

  // ---- resources

  private String prepare(String route, String role, Owner owner) throws IOException {
    if (route.contains("/devices/{id}/maintenance/exit")) {
      maintenance(owner, List.of(1), true);
    } else if (route.contains("/unlock")) {
      lockByHand(device(owner, 1));
    }
    boolean unknown = owner == Owner.UNKNOWN;
    if (route.contains("/runs")) {
      return unknown ? NOBODYS : run(owner, owner.token(role, false));
    }
    if (route.contains("{sid}") || route.contains("{session}") || route.endsWith("/sessions")) {
      return unknown
          ? "no-such-session-" + ++unknownSessions
          : session(owner, owner.token(role, true));
    }
    if (route.contains("/requests")) {
      return unknown ? NOBODYS : listed(waiting(owner, owner.token(role, true)));
    }
    if (route.contains("queue") || route.endsWith("/overview")) {
      return unknown ? NOBODYS : waiting(owner, owner.token(role, true));
    }
    return unknown ? NOBODYS : device(owner, 1);
  }

  private static String device(Owner owner, int phone) {
    return DeviceId.of(owner.udid(phone)).value();
  }

  private String path(String template, Owner owner, String id) {
    String target = owner == Owner.UNKNOWN ? "nobody" : owner.udid(1);
    return template
            .replaceFirst("\\{(id|sid|session|request)}", id)
            .replace("{target}", target)
            .replace("{device}", device(owner, 2))
        + (template.endsWith("/explain") ? "?selector=" : "")
        + (template.endsWith("/availability") ? "?platform_id=android_mobile" : "");
  }

  private static String body(String route, Owner owner, String id) {
    String body =
        switch (route) {
          case "POST /session" -> "{'capabilities':{'alwaysMatch':{'appium:udid':'phone-1-3'}}}";
          case "POST /session/{session}/element" -> "{'using':'id','value':'x'}";
          case "POST /api/runs" -> reservation();
          case "POST /api/sessions" -> "{'session_id':'" + id + "'}";
          case "PATCH /api/sessions/{sid}/status" -> "{'status':'passed'}";
          case "PATCH /api/devices/{id}" -> "{'tags':{}}";
          case "POST /api/devices/{id}/maintenance" -> "{}";
          case "PUT /api/devices/{id}/test_data", "PATCH /api/devices/{id}/test_data" -> "{}";
          case "POST /api/usage/what-if" -> "{'selector':'','add':1}";
          case "POST /api/selector/explain" -> "{'selector':''}";
          case "POST /api/runs/{id}/claim" -> "{'worker_id':'gw0'}";
          case "POST /api/runs/{id}/release" ->
              "{'worker_id':'gw0','device_id':'" + device(owner, 2) + "'}";
          case "POST /api/runs/{id}/devices/{device}/cooldown" ->
              "{'reason':'flaky','ttl_seconds':1}";
          case "POST /api/runs/{id}/devices/{device}/release-with-cooldown" ->
              "{'worker_id':'gw0','reason':'flaky','ttl_seconds':1}";
          case "POST /api/runs/{id}/devices/{device}/preparation-failed" -> "{'message':'broken'}";
          default -> "";
        };
    return body.replace('\'', '"');
  }

  private static String reservation() {
    return "{'name':'nightly','requirements':[{'count':1,"
        + "'pack_id':'appium-uiautomator2','platform_id':'android_mobile'}]}";
  }

  /** A run that holds the tenant's second phone: the others are in maintenance meanwhile. */
  private String run(Owner owner, String token) throws IOException {
    maintenance(owner, List.of(1, 3), true);
    Answered begun =
        lab.ask("POST", "/api/runs", reservation().replace('\'', '"'), token).answered();
    assertThat(begun.status()).as(begun.text()).isEqualTo(201);
    maintenance(owner, List.of(1, 3), false);
    return begun.json().path("id").asText();
  }

  private String session(Owner owner, String token) throws IOException {
    String members = "'appium:udid':'%s'".formatted(owner.udid(2));
    Answered created = lab.newSession(members, token).answered();
    assertThat(created.status()).as(created.text()).isEqualTo(200);
    sessions.put(created.sessionId(), token);
    return created.sessionId();
  }

  private String waiting(Owner owner, String token) throws IOException {
    lockByHand(device(owner, 2));
    String members =
        "'appium:udid':'%s','gridfleet:waitForDeviceOnlineTimeout':60".formatted(owner.udid(2));
    waiting = lab.waiting(members, token);
    JsonNode queue = admin("GET", "/api/queue", "").json();
    String request = queue.at("/items/0/id").asText();
    assertThat(request).as("%s", queue).isNotEmpty();
    return request;
  }

  /** The request that waited before may hold the device until its late answer is given back. */
  private void lockByHand(String device) {
    Lab.until(
        "locked by hand",
        () -> admin("POST", "/api/devices/" + device + "/lock", "").status() == 200);
  }

  /** Returns the request when every replica lists it. */
  private String listed(String request) {
    Lab.until("written", () -> isListed(request) && isListed(request));
    return request;
  }

  private boolean isListed(String request) throws IOException {
    return admin("GET", "/api/requests", "").text().contains(request);
  }

  // ---- clean-up

  private void clear(String route, Owner owner, String id) throws IOException {
    if (waiting != null) {
      waiting.leave();
      waiting = null;
      lab.untilWaiting(0);
      admin("POST", "/api/devices/" + device(owner, 2) + "/unlock", "");
    }
    if (route.contains("/runs")) {
      endRuns();
    }
    for (Map.Entry<String, String> session : sessions.entrySet()) {
      lab.ask("DELETE", "/session/" + session.getKey(), "", session.getValue()).answered();
    }
    sessions.clear();
    if (route.contains("/devices/")) {
      maintenance(owner, List.of(1, 2), false);
      for (int phone : List.of(1, 2)) {
        admin("POST", "/api/devices/" + device(owner, phone) + "/unlock", "");
      }
    }
  }

  /** Puts phones into maintenance or ends it; returns when every replica has applied it. */
  private void maintenance(Owner owner, List<Integer> phones, boolean on) throws IOException {
    for (int phone : phones) {
      String path = "/api/devices/" + device(owner, phone);
      Lab.until("heard by each replica", () -> isSo(path, on) && isSo(path, on));
    }
  }

  /** A replica that hasn't applied the maintenance yet refuses to end it. */
  private boolean isSo(String path, boolean on) throws IOException {
    if (isOut(path) == on) {
      return true;
    }
    admin("POST", path + "/maintenance" + (on ? "" : "/exit"), on ? "{}" : "");
    return false;
  }

  private boolean isOut(String path) throws IOException {
    return admin("GET", path, "").json().path("hold").asText().equals("maintenance");
  }

  private void endRuns() throws IOException {
    for (String state : List.of("preparing", "active")) {
      for (JsonNode run : admin("GET", "/api/runs?state=" + state, "").json().path("items")) {
        admin("POST", "/api/runs/" + run.path("id").asText() + "/force-release", "");
      }
    }
  }

  private Answered admin(String method, String path, String body) throws IOException {
    return lab.ask(method, path, body, ADMIN).answered();
  }

  void close() throws IOException {
    endRuns();
  }
}
