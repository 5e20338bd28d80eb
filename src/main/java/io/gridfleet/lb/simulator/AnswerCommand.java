package io.gridfleet.lb.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Commands of a live session, answered from a constant page. Commands under {@code sim/} exist in
 * no driver: {@code POST sim/upload} answers the body's size, {@code GET sim/bytes/{n}} and {@code
 * sim/chunks/{n}} stream n bytes, {@code sim/echo} answers the request.
 */
final class AnswerCommand {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** A PNG of one grey pixel. */
  private static final String SCREENSHOT =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=";

  /** The W3C web element identifier. */
  private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

  private static final String WINDOW = "sim-window";

  /** Answers a command; an unknown one gets 404 {@code unknown command}. */
  SimulatedAnswer answer(SimulatedSession session, SimulatedRequest request) {
    String tail = request.tail();
    if (tail.startsWith("sim/") || tail.equals("se/file") || tail.equals("file")) {
      return ofSimulator(request, tail);
    }
    if (tail.startsWith("element/") || tail.startsWith("elements")) {
      return ofElement(request, tail);
    }
    return switch (request.method()) {
      case "GET" -> get(session, request, tail);
      case "POST" -> post(session, request, tail);
      case "DELETE" -> delete(request, tail);
      default -> SimulatedAnswer.unknownCommand(request);
    };
  }

  private static SimulatedAnswer get(
      SimulatedSession session, SimulatedRequest request, String tail) {
    return switch (tail) {
      case "" -> SimulatedAnswer.value(session.capabilities());
      case "timeouts" ->
          SimulatedAnswer.value(
              NODES.objectNode().put("script", 30000).put("pageLoad", 300000).put("implicit", 0));
      case "url" -> text(session.text("url").isEmpty() ? "about:blank" : session.text("url"));
      case "title" -> text("Simulated page");
      case "source" -> text("<html><head><title>Simulated page</title></head></html>");
      case "screenshot" -> text(SCREENSHOT);
      case "window" -> text(WINDOW);
      case "window/handles" -> SimulatedAnswer.value(NODES.arrayNode().add(WINDOW));
      case "window/rect" -> SimulatedAnswer.value(rect());
      case "contexts" -> SimulatedAnswer.value(NODES.arrayNode().add("NATIVE_APP"));
      case "context", "appium/context" -> text("NATIVE_APP");
      case "orientation" -> text("PORTRAIT");
      case "cookie" -> SimulatedAnswer.value(NODES.arrayNode());
      default -> SimulatedAnswer.unknownCommand(request);
    };
  }

  private static SimulatedAnswer post(
      SimulatedSession session, SimulatedRequest request, String tail) {
    JsonNode body = CreateSession.body(request);
    return switch (tail) {
      case "timeouts" -> timeouts(session, body);
      case "url" -> {
        session.text("url", body.path("url").asText());
        yield SimulatedAnswer.value(null);
      }
      case "element" -> SimulatedAnswer.value(element("1"));
      case "execute/sync", "execute/async", "execute" ->
          SimulatedAnswer.value(body.path("args").get(0));
      case "window/rect", "window/maximize", "window/minimize", "window/fullscreen" ->
          SimulatedAnswer.value(rect());
      case "back", "forward", "refresh", "window", "actions", "cookie", "context" ->
          SimulatedAnswer.value(null);
      default -> SimulatedAnswer.unknownCommand(request);
    };
  }

  private static SimulatedAnswer delete(SimulatedRequest request, String tail) {
    return tail.equals("actions") || tail.startsWith("cookie")
        ? SimulatedAnswer.value(null)
        : SimulatedAnswer.unknownCommand(request);
  }

  private static SimulatedAnswer timeouts(SimulatedSession session, JsonNode body) {
    if (body.path("type").asText().equals("command")) {
      session.commandTimeout(Duration.ofMillis(body.path("ms").asLong()));
    }
    return SimulatedAnswer.value(null);
  }

  private static SimulatedAnswer ofElement(SimulatedRequest request, String tail) {
    if (tail.equals("elements")) {
      return SimulatedAnswer.value(NODES.arrayNode().add(element("1")).add(element("2")));
    }
    String what = tail.substring(tail.lastIndexOf('/') + 1);
    return switch (what) {
      case "text", "name" -> text("simulated");
      case "displayed", "enabled" -> SimulatedAnswer.value(NODES.booleanNode(true));
      case "selected" -> SimulatedAnswer.value(NODES.booleanNode(false));
      case "rect" -> SimulatedAnswer.value(rect());
      case "click", "clear", "value" -> SimulatedAnswer.value(null);
      case "element" -> SimulatedAnswer.value(element("3"));
      default -> SimulatedAnswer.unknownCommand(request);
    };
  }

  private static SimulatedAnswer ofSimulator(SimulatedRequest request, String tail) {
    if (tail.startsWith("sim/bytes/")) {
      return SimulatedAnswer.stream(Long.parseLong(tail.substring("sim/bytes/".length())), false);
    }
    if (tail.startsWith("sim/chunks/")) {
      return SimulatedAnswer.stream(Long.parseLong(tail.substring("sim/chunks/".length())), true);
    }
    if (tail.equals("sim/echo")) {
      return echo(request);
    }
    return tail.equals("sim/upload") || tail.endsWith("file")
        ? SimulatedAnswer.value(NODES.numberNode(request.bodyLength()))
        : SimulatedAnswer.unknownCommand(request);
  }

  private static SimulatedAnswer echo(SimulatedRequest request) {
    ObjectNode echo = NODES.objectNode();
    echo.put("method", request.method()).put("path", request.path()).put("query", request.query());
    ObjectNode headers = echo.putObject("headers");
    request.headers().forEach(headers::put);
    echo.put("body", new String(request.body(), StandardCharsets.UTF_8));
    return SimulatedAnswer.value(echo);
  }

  private static ObjectNode element(String id) {
    return NODES.objectNode().put(ELEMENT, id);
  }

  private static ObjectNode rect() {
    return NODES.objectNode().put("x", 0).put("y", 0).put("width", 390).put("height", 844);
  }

  private static SimulatedAnswer text(@Nullable String text) {
    return SimulatedAnswer.value(TextNode.valueOf(text));
  }
}
