package io.gridfleet.lb.api.http;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A request as received from the HTTP endpoint.
 *
 * @param path from the root, still percent-encoded: {@code /api/devices}, {@code /health/live}
 * @param query the query string, still encoded; may be empty
 * @param headers at least {@code authorization}, {@code x-request-id} and {@code host}; names in
 *     any case
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
public record ApiRequest(
    String method, String path, String query, Map<String, String> headers, byte[] body) {
  public ApiRequest {
    Map<String, String> lower = new TreeMap<>();
    headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
    headers = Map.copyOf(lower);
  }

  /** Returns a header by its lower-case name. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }
}
