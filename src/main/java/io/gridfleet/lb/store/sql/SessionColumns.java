package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.session.TextBound;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.SessionId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.statement.Update;

/** A session as a row. The holder of its lock is the session itself. */
final class SessionColumns {
  /** More than any driver returns; what exceeds it is left out of the row. */
  static final int MAX_CAPABILITIES = 64 * 1024;

  /** If all are too many, those longer than this are left out. */
  private static final int MAX_CHARACTERS_OF_ONE = 1024;

  /** Rows of earlier versions may be of any size. */
  static final String COLUMNS =
      columns(Columns.orEmptyObject("capabilities", MAX_CAPABILITIES) + ", tunnels");

  /** For lists of many rows. */
  static final String LISTED = columns("'{}' AS capabilities, '{}' AS tunnels");

  /** For lists that bound their capabilities as a whole; {@code so_far} is the running sum. */
  static final String LISTED_WITHIN =
      columns(
          "CASE WHEN so_far > :characters THEN '{}' ELSE capabilities END AS capabilities,"
              + " '{}' AS tunnels");

  static final String INSERT =
      """
      INSERT INTO sessions (device, slot, token, id, node, tenant, run, test_name, idle_limit,
        command_timeout, direct, capabilities, tunnels, created, last_activity)
      VALUES (:device, :slot, :token, :id, :node, :tenant, :run, :testName, :idleLimit,
        :commandTimeout, :direct, :capabilities, :tunnels, <now>, <now>)
      ON CONFLICT DO NOTHING
      """;

  private SessionColumns() {}

  private static String columns(String objects) {
    return "device, slot, token, id, node, tenant, run, "
        + Columns.cut("test_name", TextBound.TEST_NAME)
        + ", idle_limit, command_timeout, direct, "
        + objects
        + ", created, last_activity, ended, end_reason, ended_by";
  }

  static Update bind(Update insert, Session session) {
    Session.Terms terms = session.terms();
    return insert
        .bind("device", session.lock().device().value())
        .bind("slot", session.lock().slot())
        .bind("token", session.lock().token())
        .bind("id", session.id().value())
        .bind("node", session.node().value())
        .bind("tenant", Columns.storable(terms.tenant()))
        .bindByType("run", terms.run().map(Columns::storable).orElse(null), String.class)
        .bindByType(
            "testName",
            terms.testName().map(TextBound.TEST_NAME::cut).map(Columns::storable).orElse(null),
            String.class)
        .bind("idleLimit", terms.idleLimit().toMillis())
        .bind("commandTimeout", terms.commandTimeout().toMillis())
        .bind("direct", terms.direct())
        .bind("capabilities", bounded(session.capabilities()))
        .bind("tunnels", Json.text(session.tunnels()));
  }

  /** Binds the row of a session's lock. */
  static Update bindLock(Update update, DeviceLock lock) {
    return update
        .bind("device", lock.device().value())
        .bind("slot", lock.slot())
        .bind("token", lock.token());
  }

  /** All of them, or only the short ones. */
  private static String bounded(Capabilities capabilities) {
    String all = Json.text(capabilities.asMap());
    if (all.length() <= MAX_CAPABILITIES) {
      return all;
    }
    Map<String, Object> some = new LinkedHashMap<>();
    int left = MAX_CAPABILITIES;
    for (Map.Entry<String, Object> each : capabilities.asMap().entrySet()) {
      int length = Json.text(Map.of(each.getKey(), each.getValue())).length();
      if (length <= MAX_CHARACTERS_OF_ONE && length < left) {
        some.put(each.getKey(), each.getValue());
        left -= length;
      }
    }
    return Json.text(some);
  }

  static SessionRecord record(ResultSet row) throws SQLException {
    Optional<SessionRecord.End> end = Optional.empty();
    String reason = row.getString("end_reason");
    if (reason != null) {
      end =
          Optional.of(
              new SessionRecord.End(
                  Columns.instant(row, "ended"),
                  new EndCause(EndReason.valueOf(reason), Columns.optionalText(row, "ended_by"))));
    }
    return new SessionRecord(session(row), Columns.instant(row, "last_activity"), end);
  }

  static Session session(ResultSet row) throws SQLException {
    String id = row.getString("id");
    DeviceLock lock =
        new DeviceLock(
            new DeviceId(row.getString("device")), row.getInt("slot"), id, row.getLong("token"));
    return new Session(
        new SessionId(id),
        lock,
        new NodeId(row.getString("node")),
        terms(row),
        Capabilities.of(Json.object(row.getString("capabilities"))),
        Columns.texts(row, "tunnels"),
        Columns.instant(row, "created"));
  }

  private static Session.Terms terms(ResultSet row) throws SQLException {
    return new Session.Terms(
        row.getString("tenant"),
        Columns.optionalText(row, "run"),
        Columns.optionalText(row, "test_name"),
        Columns.duration(row, "idle_limit"),
        Columns.duration(row, "command_timeout"),
        row.getBoolean("direct"));
  }
}
