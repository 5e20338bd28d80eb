package io.gridfleet.lb.cluster;

import io.gridfleet.lb.store.StoreAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Reads the rows of a PostgreSQL database, bypassing the replicas. */
record StoreRows(StoreAddress.Postgres address) {
  int locksHeld() {
    return count("FROM device_locks WHERE holder IS NOT NULL");
  }

  int liveSessions() {
    return count("FROM sessions WHERE ended IS NULL");
  }

  /** New session requests with a key that aren't answered. */
  int keyedRequests() {
    return count("FROM keyed_requests");
  }

  int count(String rest) {
    String url =
        "jdbc:postgresql://" + address.hosts() + "/" + address.database() + address.options();
    try (Connection connection = DriverManager.getConnection(url, address.user(), "");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) " + rest)) {
      rows.next();
      return rows.getInt(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
