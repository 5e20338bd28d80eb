package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.history.RequestHistory.Cursor;
import io.gridfleet.lb.history.RequestHistory.Filter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The condition of a page of requests.
 *
 * @param text from {@code WHERE} on, or empty
 */
record RequestConditions(String text, Map<String, Object> values) {

  static RequestConditions of(Filter filter, Optional<Cursor> after) {
    Builder builder = new Builder();
    String tenant = isScanned(filter) ? "<noIndex>tenant" : "tenant";
    builder.equal(tenant, "only", filter.only());
    builder.equal(tenant, "tenant", filter.labels().tenant());
    builder.equal("run", "run", filter.labels().run());
    builder.contains("test_name", "test", filter.labels().test());
    builder.contains("client", "client", filter.labels().client());
    builder.equal("device", "device", filter.results().device());
    builder.equal("session", "session", filter.results().session());
    builder.equal("outcome", "outcome", filter.results().outcome().map(Enum::name));
    filter
        .period()
        .from()
        .ifPresent(at -> builder.add("arrived >= :from", "from", at.toEpochMilli()));
    filter.period().to().ifPresent(at -> builder.add("arrived <= :to", "to", at.toEpochMilli()));
    after.ifPresent(
        last -> {
          builder.add(
              "(arrived, id) < (:lastAt, :lastId)", "lastAt", last.arrived().toEpochMilli());
          builder.values.put("lastId", Columns.storable(last.id()));
        });
    return builder.build();
  }

  /**
   * Whether rows are looked for by what only the index of the newest ones has, which is read for it
   * until the page is full.
   */
  private static boolean isScanned(Filter filter) {
    return filter.labels().test().isPresent()
        || filter.labels().client().isPresent()
        || filter.results().device().isPresent()
        || filter.results().session().isPresent()
        || filter.results().outcome().isPresent();
  }

  private static final class Builder {
    private final List<String> conditions = new ArrayList<>();
    private final Map<String, Object> values = new LinkedHashMap<>();

    void add(String condition, String name, Object value) {
      conditions.add(condition);
      values.put(name, value);
    }

    void equal(String column, String name, Optional<String> value) {
      value.ifPresent(text -> add(column + " = :" + name, name, Columns.storable(text)));
    }

    /** A part of a text, in any case. */
    void contains(String column, String name, Optional<String> value) {
      value.ifPresent(
          text -> {
            String pattern = text.replaceAll("([!%_])", "!$1");
            add(
                "lower(%s) LIKE lower(:%s) ESCAPE '!'".formatted(column, name),
                name,
                "%" + Columns.storable(pattern) + "%");
          });
    }

    RequestConditions build() {
      String text = conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
      return new RequestConditions(text, values);
    }
  }
}
