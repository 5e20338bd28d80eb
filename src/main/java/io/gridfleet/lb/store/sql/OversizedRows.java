package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.run.TestReport;
import io.gridfleet.lb.session.TextBound;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts rows that are larger than this program writes them, one after another. Versions without
 * bounds on texts wrote rows of many megabytes, which every list that reads them has to load.
 */
final class OversizedRows {
  private static final Logger LOG = LoggerFactory.getLogger(OversizedRows.class);

  private static final int MAX_TEST_NAME =
      Columns.MAX_BYTES_OF_A_CHARACTER * TextBound.TEST_NAME.longest();

  private static final int MAX_CAPABILITIES =
      Columns.MAX_BYTES_OF_A_CHARACTER * SessionColumns.MAX_CAPABILITIES;

  /** An error's text with every character escaped, and 32 KiB of capabilities. */
  private static final int MAX_REPORT = 128 * 1024;

  private static final String SESSIONS =
      """
      UPDATE sessions SET test_name = substr(test_name, 1, :name),
        capabilities =
          CASE WHEN octet_length(capabilities) > :mostCapabilities THEN '{}' ELSE capabilities END
      WHERE octet_length(test_name) > :mostName OR octet_length(capabilities) > :mostCapabilities
      """;

  private static final String REPORTS =
      "SELECT session FROM test_reports WHERE octet_length(body) > :most";

  private final Jdbi jdbi;

  OversizedRows(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** Returns the number of rows that were cut. */
  int cut() {
    int cut = jdbi.withHandle(OversizedRows::cutSessions);
    List<String> reports =
        jdbi.withHandle(
            handle ->
                handle.createQuery(REPORTS).bind("most", MAX_REPORT).mapTo(String.class).list());
    for (String session : reports) {
      cut += jdbi.withHandle(handle -> cutReport(handle, session)) ? 1 : 0;
    }
    if (cut > 0) {
      LOG.info("{} {} with texts beyond their bounds were cut", cut, cut == 1 ? "row" : "rows");
    }
    return cut;
  }

  private static int cutSessions(Handle handle) {
    return handle
        .createUpdate(SESSIONS)
        .bind("name", TextBound.TEST_NAME.longest())
        .bind("mostName", MAX_TEST_NAME)
        .bind("mostCapabilities", MAX_CAPABILITIES)
        .execute();
  }

  /** Returns false if the row was changed or pruned meanwhile. */
  private static boolean cutReport(Handle handle, String session) {
    SqlTestReports.Read read = SqlTestReports.read(handle, session);
    return read.report()
        .map(report -> SqlTestReports.written(handle, cut(report), read.version()))
        .orElse(false);
  }

  /** Texts are cut when a report is read; what is still too large then are its other details. */
  private static TestReport cut(TestReport report) {
    return SqlTestReports.write(report).length() > MAX_REPORT ? report.withoutDetails() : report;
  }
}
