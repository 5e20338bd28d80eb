package io.gridfleet.lb.store.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.statement.Query;

/**
 * Reads documents of many rows. Documents too large for one query, as earlier versions may have
 * written them, are read one after another.
 */
final class LargeDocuments {
  /** A thousand reserved devices are a third of this. */
  static final int LARGE = 1024 * 1024;

  private LargeDocuments() {}

  private record Row<T>(String key, Optional<T> document) {}

  /**
   * Reads the documents.
   *
   * @param query returns {@code document_key} and {@code body}, which is null if it is too large
   * @param small reads a body
   * @param large reads the document of a key
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
