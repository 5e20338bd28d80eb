package io.gridfleet.lb.store.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.statement.Query;

/**
 * Reads documents of many rows. Those that are too large to be read at once, as earlier programs
 * may have written them, come one after another.
 */
final class LargeDocuments {
  /** A thousand reserved devices are a third of this. */
  static final int LARGE = 1024 * 1024;

  private LargeDocuments() {}

  private record Row<T>(String key, Optional<T> document) {}

  /**
   * @param query answers {@code document_key} and {@code body}, which is null where it is too large
   * @param small reads a body
   * @param large reads the one of a key
   */
  static <T> List<T> read(Query query, Function<String, T> small, Function<String, T> large) {
    List<Row<T>> rows =
        query
            .map(
                (row, context) ->
                    new Row<>(
                        row.getString("document_key"),
                        Columns.optionalText(row, "body").map(small)))
            .list();
    List<T> found = new ArrayList<>(rows.size());
    for (Row<T> row : rows) {
      found.add(row.document().orElseGet(() -> large.apply(row.key())));
    }
    return found;
  }
}
