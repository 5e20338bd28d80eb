package io.gridfleet.lb.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gridfleet.lb.simulator.NodeEvent.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;

/** Starts a session on a simulated node: the slot is held at once, the session exists later. */
final class CreateSession {
  /** Appium's default for {@code newCommandTimeout}. */
  private static final long DEFAULT_COMMAND_TIMEOUT_SECONDS = 60;

  private static final Set<String> LINUX = Set.of("", "linux", "any");
  private static final Set<String> CHROME = Set.of("", "chrome");

  private final NodeCore node;

  CreateSession(NodeCore node) {
    this.node = node;
  }

  /** The body as JSON, or a missing node. */
  static JsonNode body(SimulatedRequest request) {
    try {
      return SimulatedAnswer.JSON.readTree(request.body());
    } catch (IOException e) {
      return SimulatedAnswer.JSON.missingNode();
    }
  }

  /** Returns the device that a body requests, or an empty string. */
  static String udid(JsonNode body) {
    return text(merged(body.path("capabilities")), "udid");
  }

  /**
   * Takes the device's slot; the supplier creates the session and its answer.
   *
   * @param forcedId empty, or the id that the session must get
   */
  Supplier<SimulatedAnswer> begin(SimulatedRequest request, String forcedId) {
    JsonNode body = body(request);
    String udid = udid(body);
    if (!body.path("capabilities").isObject()) {
      return refuse(
          udid, SimulatedAnswer.error(400, "invalid argument", "capabilities is no object"));
    }
    Optional<String> inBoth = inBoth(body.path("capabilities"));
    if (inBoth.isPresent()) {
      return refuse(
          udid, SimulatedAnswer.error(400, "invalid argument", inBoth.get() + " is in both"));
    }
    Optional<ObjectNode> matched = matched(body.path("capabilities"));
    if (matched.isEmpty()) {
      return refuse(udid, failure("No matching capabilities found"));
    }
    if (!node.sessions().hasDevice(udid)) {
      return refuse(udid, failure("device '" + udid + "' is not connected"));
    }
    if (!node.sessions().start(udid)) {
      node.history().add(Kind.CLASHED, "", udid, "");
      return refuse(udid, failure("device '" + udid + "' is busy with another session"));
    }
    int life = node.sessions().life();
    ObjectNode capabilities = matched.get();
    String id = forcedId.isEmpty() ? newId() : forcedId;
    return () ->
        life == node.sessions().life()
            ? finish(new LiveSession(id, udid, node.now()), capabilities)
            : failure("the node went away");
  }

  private Supplier<SimulatedAnswer> refuse(String udid, SimulatedAnswer answer) {
    node.history().add(Kind.REFUSED, "", udid, "");
    return () -> answer;
  }

  private static SimulatedAnswer failure(String message) {
    return SimulatedAnswer.error(500, "session not created", message);
  }

  private SimulatedAnswer finish(LiveSession session, ObjectNode asked) {
    Duration timeout = commandTimeout(asked);
    ObjectNode returned = returned(session.id(), asked);
    node.sessions().add(new SimulatedSession(session, returned, timeout));
    node.history().add(Kind.CREATED, session.id(), session.udid(), "");
    ObjectNode value = SimulatedAnswer.JSON.createObjectNode().put("sessionId", session.id());
    value.set("capabilities", returned);
    return SimulatedAnswer.value(value);
  }

  private String newId() {
    String id = UUID.randomUUID().toString();
    return node.config().style().isAppium() ? id : id.replace("-", "");
  }

  private Duration commandTimeout(ObjectNode asked) {
    if (!node.config().style().isAppium()) {
      return Duration.ZERO;
    }
    String seconds = text(asked, "newCommandTimeout");
    return seconds.isEmpty()
        ? Duration.ofSeconds(DEFAULT_COMMAND_TIMEOUT_SECONDS)
        : Duration.ofMillis(Math.round(Double.parseDouble(seconds) * 1000));
  }

  private ObjectNode returned(String id, ObjectNode asked) {
    ObjectNode returned = SimulatedAnswer.JSON.createObjectNode();
    boolean bare = node.config().style() == NodeStyle.APPIUM;
    asked
        .properties()
        .forEach(
            it ->
                returned.set(
                    bare && it.getKey().startsWith("appium:")
                        ? it.getKey().substring("appium:".length())
                        : it.getKey(),
                    it.getValue()));
    if (!node.config().style().isAppium()) {
      browser(returned);
    }
    boolean socket = returned.path("webSocketUrl").asBoolean();
    returned.remove("webSocketUrl");
    if (socket) {
      returned.put("webSocketUrl", socketUrl(id));
    }
    return returned;
  }

  private void browser(ObjectNode returned) {
    if (returned.path("browserName").asText().isEmpty()) {
      returned.put("browserName", "chrome");
    }
    if (returned.path("browserVersion").asText().isEmpty()) {
      returned.put("browserVersion", "156.0.0.0");
    }
    returned.put("platformName", "linux").put("setWindowRect", true);
    ObjectNode options = returned.putObject("goog:chromeOptions");
    options.put("debuggerAddress", node.authority());
  }

  private String socketUrl(String id) {
    String path = node.config().style().isAppium() ? "/bidi/" : "/session/";
    return node.address("ws") + node.config().basePath() + path + id;
  }

  /** A device is in all entries of {@code firstMatch} the same, or the first entry's. */
  private static ObjectNode merged(JsonNode capabilities) {
    return merged(capabilities.path("alwaysMatch"), capabilities.path("firstMatch").path(0));
  }

  /** A name that is both in {@code alwaysMatch} and in an entry, which is an error in W3C. */
  private static Optional<String> inBoth(JsonNode capabilities) {
    JsonNode always = capabilities.path("alwaysMatch");
    return StreamSupport.stream(capabilities.path("firstMatch").spliterator(), false)
        .flatMap(entry -> entry.properties().stream())
        .map(Map.Entry::getKey)
        .filter(always::has)
        .findFirst();
  }

  /** The first entry that this node can provide, merged. */
  private Optional<ObjectNode> matched(JsonNode capabilities) {
    JsonNode always = capabilities.path("alwaysMatch");
    List<ObjectNode> sets = new ArrayList<>();
    capabilities.path("firstMatch").forEach(entry -> sets.add(merged(always, entry)));
    if (sets.isEmpty()) {
      sets.add(merged(capabilities));
    }
    return sets.stream().filter(this::provides).findFirst();
  }

  /** chromedriver compares the exact text; the simulated Appium accepts any value. */
  private boolean provides(ObjectNode set) {
    return node.config().style().isAppium()
        || (LINUX.contains(set.path("platformName").asText())
            && CHROME.contains(set.path("browserName").asText()));
  }

  private static ObjectNode merged(JsonNode always, JsonNode entry) {
    ObjectNode merged = SimulatedAnswer.JSON.createObjectNode();
    putAll(merged, always, "");
    putAll(merged, entry, "");
    JsonNode options = merged.remove("appium:options");
    if (options != null) {
      putAll(merged, options, "appium:");
    }
    return merged;
  }

  private static void putAll(ObjectNode into, JsonNode from, String prefix) {
    from.properties().forEach(it -> into.set(prefix + it.getKey(), it.getValue()));
  }

  private static String text(ObjectNode capabilities, String name) {
    JsonNode prefixed = capabilities.path("appium:" + name);
    return prefixed.isMissingNode() ? capabilities.path(name).asText() : prefixed.asText();
  }
}
