package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.SessionPages.Filter;
import io.gridfleet.lb.run.TestReport.Outcome;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.webdriver.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * The rows of {@code session_list} that a filter matches, as SQL. A status may be that of two sets
 * of rows, which are read apart, so that each is read by one index: of few devices, a run, a test
 * or a rare reason of the end where the filter names them, in this order, since those have far
 * fewer rows than a tenant or a status; else of the tenant and the status; else of the time.
 */
final class SessionListQuery {
  /** The rows of more devices are found in the order of the list, not device by device. */
  private static final int FEW_DEVICES = 16;

  private static final String NO_INDEX = "<noIndex>";

  private static final Instant FIRST = Instant.ofEpochMilli(Long.MIN_VALUE);
  private static final Instant LAST = Instant.ofEpochMilli(Long.MAX_VALUE);

  private static final String KEYS =
      """
      SELECT session AS document_key, session <binary> AS list_key, %sstarted AS list_started,
        coalesce(token, 0) AS list_token, session_device AS list_device, slot AS list_slot
      FROM session_list WHERE %s
      """;

  /** The order of the list. */
  static final String ORDER = "ORDER BY list_started DESC, list_token DESC, list_key";

  /**
   * Rows that one index finds.
   *
   * @param order {@link #NO_INDEX} if that isn't the index that sorts by time
   */
  private record Rows(String where, String order) {}

  private final Filter filter;
  private final boolean narrow;

  /** Whether the rows are found by the reason of their end, of one tenant or of all. */
  private final boolean byEnd;

  private final List<Rows> sets = new ArrayList<>();

  SessionListQuery(Filter filter) {
    this.filter = filter;
    boolean named = few() || filter.run().isPresent() || filter.labels().test().isPresent();
    this.byEnd = !named && filter.results().end().filter(SessionListQuery::isRare).isPresent();
    this.narrow = named || byEnd;
    if (filter.devices().filter(Set::isEmpty).isPresent()) {
      return;
    }
    String index = narrow ? NO_INDEX : "";
    filter
        .results()
        .status()
        .ifPresentOrElse(
            status -> {
              add(index + "status = '" + status.name() + "'");
              if (status == Outcome.ERROR) {
                add(index + "status = 'UNREPORTED' AND <noIndex>ended <= :overdue");
              } else if (status == Outcome.RUNNING) {
                addRecent();
              }
            },
            () -> add("true"));
  }

  private void add(String status) {
    String where = narrowed() + status + tenant(narrow && !byEnd ? NO_INDEX : "") + started("");
    sets.add(new Rows(where, ""));
  }

  /** Those that ended a moment ago are few, whatever else they have. */
  private void addRecent() {
    String recent =
        narrow
            ? "<noIndex>status = 'UNREPORTED' AND <noIndex>ended > :overdue"
            : "status = 'UNREPORTED' AND ended > :overdue";
    String where = narrowed() + recent + tenant(NO_INDEX) + started(NO_INDEX);
    sets.add(new Rows(where, narrow ? "" : NO_INDEX));
  }

  private boolean few() {
    return filter.devices().filter(devices -> devices.size() <= FEW_DEVICES).isPresent();
  }

  /** Nearly all sessions are deleted by their clients. */
  private static boolean isRare(EndReason reason) {
    return reason != EndReason.CLIENT_DELETED;
  }

  private String narrowed() {
    String only = devices();
    boolean found = few();
    if (filter.run().isPresent()) {
      only += (found ? NO_INDEX : "") + "run = :run AND ";
      found = true;
    }
    if (filter.labels().test().isPresent()) {
      only += (found ? NO_INDEX : "") + "test = :test AND ";
    }
    return only + filter.results().end().map(this::end).orElse("");
  }

  private String devices() {
    return filter
        .devices()
        .map(
            only ->
                only.size() == 1
                    ? "device = :device AND "
                    : (few() ? "" : NO_INDEX) + "device IN (<texts>) AND ")
        .orElse("");
  }

  /** The second term is that of the partial indexes. */
  private String end(EndReason reason) {
    String only = "end_reason = '" + reason.name() + "' AND ";
    return byEnd ? only + "end_reason <> 'CLIENT_DELETED' AND " : NO_INDEX + only;
  }

  private String tenant(String index) {
    return filter.labels().tenant().isPresent() ? " AND " + index + "tenant = :tenant" : "";
  }

  /** The first term is always there, since SQLite sorts the whole table where it's absent. */
  private String started(String index) {
    String to = filter.started().to().isPresent() ? " AND " + index + "started <= :to" : "";
    return " AND " + index + "started >= :from" + to;
  }

  long count(Handle handle) {
    long count = 0;
    for (Rows rows : sets) {
      String sql = "SELECT count(*) FROM session_list WHERE " + rows.where();
      count += bind(handle.createQuery(sql), sql).mapTo(Long.class).one();
    }
    return count;
  }

  /** Returns the statement that selects the keys of a page; of no rows where nothing matches. */
  Optional<String> keys() {
    String order = " " + ORDER + " LIMIT :limit OFFSET :offset";
    if (sets.size() == 1) {
      return Optional.of(keys(sets.get(0)) + order);
    }
    return sets.isEmpty()
        ? Optional.empty()
        : Optional.of(
            sets.stream()
                    .map(rows -> "SELECT * FROM (" + keys(rows) + ORDER + " LIMIT :end) listed_set")
                    .collect(Collectors.joining(" UNION ALL ", "SELECT * FROM (", ") listed_sets"))
                + order);
  }

  private static String keys(Rows rows) {
    return KEYS.formatted(rows.order(), rows.where());
  }

  /** Binds what {@link #keys} needs. */
  void bindPage(Query query, String keys, int offset, int limit) {
    bind(query, keys).bind("offset", offset).bind("limit", limit);
    if (sets.size() > 1) {
      query.bind("end", (long) offset + limit);
    }
  }

  private Query bind(Query query, String sql) {
    filter.labels().tenant().ifPresent(name -> query.bind("tenant", Columns.storable(name)));
    filter.labels().test().ifPresent(name -> query.bind("test", Columns.storable(name)));
    filter.run().ifPresent(run -> query.bind("run", run.value()));
    filter.devices().ifPresent(devices -> bind(query, devices));
    query.bind(
        "from", filter.started().from().map(SessionListQuery::firstMilli).orElse(Long.MIN_VALUE));
    filter.started().to().ifPresent(to -> query.bind("to", lastMilli(to)));
    return sql.contains(":overdue")
        ? query.bind("overdue", filter.results().overdue().toEpochMilli())
        : query;
  }

  private static void bind(Query query, Set<DeviceId> devices) {
    if (devices.size() == 1) {
      query.bind("device", devices.iterator().next().value());
    } else {
      query.bind("texts", Json.text(devices.stream().map(DeviceId::value).sorted().toList()));
    }
  }

  /** The first millisecond that isn't before a time; times are stored in milliseconds. */
  private static long firstMilli(Instant from) {
    long milli = lastMilli(from);
    boolean within = from.isAfter(Instant.ofEpochMilli(milli)) && milli < Long.MAX_VALUE;
    return within ? milli + 1 : milli;
  }

  private static long lastMilli(Instant to) {
    return to.isAfter(LAST)
        ? Long.MAX_VALUE
        : to.isBefore(FIRST) ? Long.MIN_VALUE : to.toEpochMilli();
  }
}
