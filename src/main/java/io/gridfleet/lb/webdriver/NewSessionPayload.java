package io.gridfleet.lb.webdriver;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The payload of New Session, read by the rules of W3C WebDriver ("New Session", "Processing
 * capabilities").
 *
 * @param candidates merged sets in the order of {@code firstMatch}; at least one
 * @param legacy whether the payload has {@code desiredCapabilities} only, so the answer must have
 *     the legacy shape
 * @param otherMembers members other than the capabilities, which an intermediary forwards
 */
public record NewSessionPayload(
    List<Capabilities> candidates, boolean legacy, Map<String, Object> otherMembers) {

  /** The members with capabilities, in either protocol; never forwarded unchanged. */
  private static final Set<String> ASKING =
      Set.of("capabilities", "desiredCapabilities", "requiredCapabilities");

  public NewSessionPayload {
    candidates = List.copyOf(candidates);
    otherMembers = Collections.unmodifiableMap(new LinkedHashMap<>(otherMembers));
  }

  /**
   * Reads the body of New Session; where both protocols' members are present, the W3C ones are
   * used.
   *
   * @throws ProtocolException with {@code invalid argument}, and the name of the wrong member
   */
  public static NewSessionPayload parse(byte[] utf8) {
    Map<String, Object> body = Json.object(utf8);
    Object capabilities = body.get("capabilities");
    Object desired = body.get("desiredCapabilities");
    Map<String, Object> others = new LinkedHashMap<>(body);
    others.keySet().removeAll(ASKING);
    if (capabilities == null && desired != null) {
      Map<String, Object> members = object("desiredCapabilities", desired);
      return new NewSessionPayload(List.of(CapabilityRules.converted(members)), true, others);
    }
    if (capabilities == null) {
      throw ProtocolException.invalidArgument("The body has no 'capabilities'");
    }
    Map<String, Object> members = object("capabilities", capabilities);
    return new NewSessionPayload(CapabilityRules.candidates(members), false, others);
  }

  /**
   * Returns the body that requests the first of these sets that a node can provide, with the other
   * members.
   *
   * @param sets merged sets in order of preference; at least one
   */
  public byte[] bodyFor(List<Map<String, Object>> sets) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("capabilities", CapabilityRules.split(sets));
    body.putAll(otherMembers);
    return Json.bytes(body);
  }

  @SuppressWarnings("unchecked") // JSON objects have string keys
  private static Map<String, Object> object(String name, Object value) {
    if (value instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw ProtocolException.invalidArgument(
        "'%s' must be an object, not %s".formatted(name, JsonType.of(value)));
  }

  /** Counts and names: values may be secrets. */
  @Override
  public String toString() {
    return "NewSessionPayload[candidates=%s, legacy=%s]".formatted(candidates, legacy);
  }
}
