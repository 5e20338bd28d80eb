package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.history.CommandSummary;
import io.gridfleet.lb.history.CommandSummary.Entry;
import io.gridfleet.lb.history.SessionCommands;
import io.gridfleet.lb.relay.CommandReport;
import io.gridfleet.lb.relay.CommandReport.Outcome;
import io.gridfleet.lb.relay.RelayListener;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * Counts the commands of sessions for the history. Called on event loops: a command that was
 * neither slow nor failed is counted without an object for it.
 */
record CommandRecorder(SessionCommands commands, InstantSource clock) implements RelayListener {
  private static final int MIN_ERROR = 400;
  private static final int MAX_PATH = 120;

  @Override
  public void commandStarted(SessionId id) {
    commands.began(id.value());
  }

  @Override
  public void commandEnded(SessionId id, CommandReport report) {
    boolean failed = report.outcome() != Outcome.ANSWERED || report.status() >= MIN_ERROR;
    boolean slow = report.duration().compareTo(CommandSummary.SLOW) >= 0;
    if (failed || slow) {
      commands.ended(id.value(), entry(id, report), failed);
    } else {
      commands.counted(id.value());
    }
  }

  private Entry entry(SessionId id, CommandReport report) {
    return new Entry(
        report.method(),
        path(report.path(), id.value()),
        report.duration(),
        report.status(),
        clock.instant().truncatedTo(ChronoUnit.MILLIS));
  }

  /** Without the session's id, which all paths share, and the query, which may hold anything. */
  static String path(String path, String session) {
    int query = path.indexOf('?');
    String plain = query < 0 ? path : path.substring(0, query);
    String prefix = "/session/" + session;
    String rest = plain.startsWith(prefix) ? plain.substring(prefix.length()) : plain;
    return rest.length() > MAX_PATH ? rest.substring(0, MAX_PATH - 1) + "…" : rest;
  }
}
