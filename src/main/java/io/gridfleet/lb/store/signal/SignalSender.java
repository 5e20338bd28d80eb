package io.gridfleet.lb.store.signal;

import io.gridfleet.lb.device.FleetSignal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * Sends signals to other replicas by {@code NOTIFY}, which delivers them when the transaction
 * commits. A payload is the sender's id and some signals, one a line.
 */
final class SignalSender {
  static final String CHANNEL = "gridfleet_lb";

  /** PostgreSQL takes payloads below 8000 bytes. */
  private static final int MAX_BYTES = 7_900;

  private static final String NOTIFY = "SELECT pg_notify(:channel, :payload)";

  /** A signal that is too large isn't sent: the sweeps make up for it. */
  private static final String SENDING =
      """
      WITH %s
      SELECT changed.*, CASE WHEN octet_length(signal.payload) <= :maxBytes
        THEN pg_notify(:channel, signal.payload) END
      FROM changed,
        LATERAL (SELECT CAST(:origin AS TEXT) || chr(10) || %s AS payload) signal
      """;

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

  /**
   * Returns a query that executes a statement which changes rows and returns them, and that sends a
   * signal for each.
   */
  Query changing(Handle handle, String statement, FleetSignal signal) {
    if (!hasOthers) {
      return handle.createQuery(statement);
    }
    return sending(handle, "changed AS (" + statement + ")", "CAST(:signal AS TEXT)")
        .bind("signal", text.write(signal));
  }

  /**
   * As above, with a signal whose text is composed of the row.
   *
   * @param named the queries of a {@code WITH}, of which {@code changed} returns the rows
   * @param signal an expression over {@code changed}
   */
  Query sending(Handle handle, String named, String signal) {
    return handle
        .createQuery(SENDING.formatted(named, signal))
        .bind("channel", CHANNEL)
        .bind("origin", origin)
        .bind("maxBytes", MAX_BYTES);
  }

  /** Returns whether there can be other replicas. */
  boolean hasOthers() {
    return hasOthers;
  }

  /**
   * Ends a transaction: sends its signals in their order, with as few payloads as they fit in, and
   * commits in the round trip of the last. Without a signal, the caller commits.
   */
  void sendAndCommit(Handle handle, List<FleetSignal> signals) {
    List<String> payloads = hasOthers ? payloads(signals) : List.of();
    for (int i = 0; i < payloads.size(); i++) {
      notify(handle, i + 1 < payloads.size() ? NOTIFY : NOTIFY + "; COMMIT", payloads.get(i));
    }
  }

  private List<String> payloads(List<FleetSignal> signals) {
    List<String> payloads = new ArrayList<>();
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
        payloads.add(payload.toString());
        payload.setLength(origin.length());
        bytes = bytes(origin);
      }
      payload.append('\n').append(line);
      bytes += more;
    }
    if (payload.length() > origin.length()) {
      payloads.add(payload.toString());
    }
    return payloads;
  }

  private static void notify(Handle handle, String statement, String payload) {
    handle
        .createQuery(statement)
        .bind("channel", CHANNEL)
        .bind("payload", payload)
        .mapToMap()
        .list();
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
