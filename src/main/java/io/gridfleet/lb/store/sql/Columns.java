package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.session.TextBound;
import io.gridfleet.lb.webdriver.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads typed values from columns, and makes texts that every database accepts. */
final class Columns {
  /** The maximum UTF-8 bytes of a UTF-16 character. */
  static final int MAX_BYTES_OF_A_CHARACTER = 3;

  private Columns() {}

  static Instant instant(ResultSet row, String column) throws SQLException {
    return Instant.ofEpochMilli(row.getLong(column));
  }

  static Optional<Instant> optionalInstant(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }

  static Optional<Duration> optionalDuration(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Duration.ofMillis(millis));
  }

  static Optional<String> optionalText(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getString(column));
  }

  static Duration duration(ResultSet row, String column) throws SQLException {
    return Duration.ofMillis(row.getLong(column));
  }

  /** A column of a row that may be too large, read up to its bound. */
  static String cut(String column, TextBound bound) {
    return "substr(%1$s, 1, %2$d) AS %1$s".formatted(column, bound.longest());
  }

  /** A JSON object of a row that may be too large; empty if it is. */
  static String orEmptyObject(String column, int mostCharacters) {
    return orElse(column, MAX_BYTES_OF_A_CHARACTER * mostCharacters, "'{}'");
  }

  /** A document of a row that may be too large; absent if it is. */
  static String orNull(String column, int mostBytes) {
    return orElse(column, mostBytes, "NULL");
  }

  /** By its bytes, since databases know their number without reading the text. */
  private static String orElse(String column, int mostBytes, String otherwise) {
    return "CASE WHEN octet_length(%1$s) > %2$d THEN %3$s ELSE %1$s END AS %1$s"
        .formatted(column, mostBytes, otherwise);
  }

  /** A JSON object of texts. */
  static Map<String, String> texts(ResultSet row, String column) throws SQLException {
    Map<String, String> texts = new LinkedHashMap<>();
    Json.object(row.getString(column)).forEach((key, value) -> texts.put(key, (String) value));
    return texts;
  }

  /** PostgreSQL accepts every character of a text except U+0000. */
  static String storable(String text) {
    return text.indexOf('\0') < 0 ? text : text.replace('\0', '\ufffd');
  }
}
