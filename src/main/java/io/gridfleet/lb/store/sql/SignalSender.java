package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.FleetSignal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Sends signals to other replicas by {@code NOTIFY}, which delivers them when the transaction
 * commits. A payload is the sender's id and some signals, one a line.
 */
final class SignalSender {
  static final String CHANNEL = "gridfleet_lb";

  /** PostgreSQL takes payloads below 8000 bytes. */
  private static final int MAX_BYTES = 7_900;

  private final String origin;
  private final SignalText text;
  private final boolean hasOthers;

  /**
   * @param hasOthers whether there can be other replicas; if not, nothing is sent
   */
  SignalSender(String origin, SignalText text, boolean hasOthers) {
    this.origin = origin;
    this.text = text;
    this.hasOthers = hasOthers;
  }

  /** Sends signals in their order, with as few payloads as they fit in. */
  void send(Handle handle, List<FleetSignal> signals) {
    if (!hasOthers) {
      return;
    }
    StringBuilder payload = new StringBuilder(origin);
    int bytes = bytes(origin);
    for (FleetSignal signal : signals) {
      String line = text.write(signal);
      int more = 1 + bytes(line);
      if (bytes(origin) + more > MAX_BYTES) {
        // Too large alone: the sweeps make up for it.
        continue;
      }
      if (bytes + more > MAX_BYTES) {
        send(handle, payload.toString());
        payload.setLength(origin.length());
        bytes = bytes(origin);
      }
      payload.append('\n').append(line);
      bytes += more;
    }
    if (payload.length() > origin.length()) {
      send(handle, payload.toString());
    }
  }

  private static void send(Handle handle, String payload) {
    handle
        .createQuery("SELECT pg_notify(:channel, :payload)")
        .bind("channel", CHANNEL)
        .bind("payload", payload)
        .mapToMap()
        .list();
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
