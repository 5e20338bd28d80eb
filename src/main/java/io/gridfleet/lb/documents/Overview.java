package io.gridfleet.lb.documents;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A summary of the running server.
 *
 * @param unready why no new session could be served now; empty when one could
 */
public record Overview(
    String version,
    Optional<String> unready,
    int nodesUp,
    int nodes,
    int devices,
    int liveSessions,
    int waiting) {
  private static final Map<String, String> LINKS = links();

  private static Map<String, String> links() {
    Map<String, String> links = new LinkedHashMap<>();
    links.put("/ui", "the lab in a browser");
    links.put("/docs", "documentation");
    links.put("/status", "WebDriver status");
    links.put("/metrics", "metrics for Prometheus");
    links.put("/api/devices", "devices");
    links.put("/api/sessions", "sessions");
    links.put("/api/queue", "requests that wait for a device");
    links.put("/api/openapi.json", "description of the REST API");
    return links;
  }

  private String title() {
    return "GridFleet LB " + version;
  }

  private String state() {
    return unready
        .map(why -> "Accepts no new sessions: " + why + ".")
        .orElse("Accepts new sessions.");
  }

  private Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("nodes up", nodesUp + " of " + nodes);
    facts.put("devices", String.valueOf(devices));
    facts.put("live sessions", String.valueOf(liveSessions));
    facts.put("waiting requests", String.valueOf(waiting));
    return facts;
  }

  /** For terminals. */
  public String text() {
    StringBuilder text = new StringBuilder(title() + "\n" + state() + "\n\n");
    facts().forEach((name, value) -> text.append("  %-18s %s%n".formatted(name, value)));
    text.append('\n');
    LINKS.forEach((path, what) -> text.append("  %-18s %s%n".formatted(path, what)));
    return text.toString();
  }
}
