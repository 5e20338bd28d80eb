package io.gridfleet.lb.store;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.SessionId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jdbi.v3.core.statement.Update;

/** A session as a row. The holder of its lock is the session itself. */
final class SessionRows {
  static final String COLUMNS =
      "device, slot, token, id, node, tenant, run, test_name, idle_limit, command_timeout, direct,"
          + " capabilities, tunnels, created, last_activity, ended, end_reason";

  static final String INSERT =
      """
      INSERT INTO sessions (device, slot, token, id, node, tenant, run, test_name, idle_limit,
        command_timeout, direct, capabilities, tunnels, created, last_activity)
      VALUES (:device, :slot, :token, :id, :node, :tenant, :run, :testName, :idleLimit,
        :commandTimeout, :direct, :capabilities, :tunnels, <now>, <now>)
      ON CONFLICT DO NOTHING
      """;

  private SessionRows() {}

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
        .bindByType("testName", terms.testName().map(Columns::storable).orElse(null), String.class)
        .bind("idleLimit", terms.idleLimit().toMillis())
        .bind("commandTimeout", terms.commandTimeout().toMillis())
        .bind("direct", terms.direct())
        .bind("capabilities", Json.text(session.capabilities().asMap()))
        .bind("tunnels", Json.text(session.tunnels()));
  }

  static SessionRecord record(ResultSet row) throws SQLException {
    Optional<SessionRecord.End> end = Optional.empty();
    String reason = row.getString("end_reason");
    if (reason != null) {
      end =
          Optional.of(
              new SessionRecord.End(Columns.instant(row, "ended"), EndReason.valueOf(reason)));
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
