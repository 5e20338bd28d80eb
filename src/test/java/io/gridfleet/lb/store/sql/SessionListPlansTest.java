package io.gridfleet.lb.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.SessionPages.Filter;
import io.gridfleet.lb.run.SessionPages.Labels;
import io.gridfleet.lb.run.SessionPages.Results;
import io.gridfleet.lb.run.SessionPages.Started;
import io.gridfleet.lb.run.TestReport.Outcome;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.store.SessionListRows;
import io.gridfleet.lb.store.StoreKind;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The index that serves each filter of the list of sessions, among thousands of rows. SQLite, which
 * has no statistics, always chooses the same one.
 */
final class SessionListPlansTest {
  private static final int ROWS = 20_000;
  private static final int PAGE = 50;

  private final Instant begin = Instant.now().minus(Duration.ofHours(1));

  @ParameterizedTest
  @EnumSource(names = {"SQLITE_FILE", "POSTGRESQL"})
  void everyPageIsReadByTheIndexOfItsFilter(StoreKind kind) {
    try (SqlStore store = kind.open()) {
      store.jdbi().useHandle(handle -> SessionListRows.add(handle, ROWS, begin));
      if (kind == StoreKind.POSTGRESQL) {
        store.jdbi().useHandle(handle -> handle.execute("ANALYZE"));
      }
      Map<Filter, List<String>> indexes = filters();
      for (Filter filter : indexes.keySet()) {
        String plan = store.jdbi().withHandle(handle -> plan(handle, kind, filter));
        if (kind == StoreKind.SQLITE_FILE) {
          assertThat(plan).as(filter.toString()).contains(indexes.getOrDefault(filter, List.of()));
        }
        assertThat(plan)
            .contains("session_list_")
            .doesNotContain("Seq Scan on")
            .doesNotContain("SCAN session_list\n");
      }
    }
  }

  private Map<Filter, List<String>> filters() {
    Optional<String> tenant = Optional.of("tenant-7");
    Map<Filter, List<String>> indexes = new LinkedHashMap<>();
    indexes.put(filter(Optional.empty(), Optional.empty()), List.of("session_list_started ("));
    indexes.put(filter(tenant, Optional.empty()), List.of("session_list_tenant ("));
    indexes.put(
        filter(Optional.empty(), Optional.of(Outcome.FAILED)), List.of("session_list_status ("));
    indexes.put(
        filter(Optional.empty(), Optional.of(Outcome.RUNNING)),
        List.of("session_list_status (", "session_list_unreported ("));
    indexes.put(
        filter(Optional.empty(), Optional.of(Outcome.ERROR)), List.of("session_list_status ("));
    indexes.put(
        filter(tenant, Optional.of(Outcome.FAILED)), List.of("session_list_tenant_status ("));
    indexes.put(
        filter(tenant, Optional.of(Outcome.PASSED)), List.of("session_list_tenant_status ("));
    indexes.put(on(Set.of(new DeviceId("device-7")), tenant), List.of("session_list_device ("));
    indexes.put(
        on(Set.of(new DeviceId("device-7"), new DeviceId("x")), tenant),
        List.of("session_list_device ("));
    indexes.put(
        new Filter(
            new Labels(tenant, Optional.of("login")),
            Optional.empty(),
            Optional.of(new RunId("run-20")),
            new Results(Optional.of(Outcome.ERROR), Optional.of(EndReason.IDLE), begin),
            Started.ANY_TIME),
        List.of("session_list_run ("));
    Optional<String> test = Optional.of("test-7");
    Optional<EndReason> idle = Optional.of(EndReason.IDLE);
    Optional<Outcome> error = Optional.of(Outcome.ERROR);
    for (Optional<Outcome> status : List.of(Optional.<Outcome>empty(), error)) {
      for (Optional<String> owner : List.of(Optional.<String>empty(), tenant)) {
        indexes.put(of(owner, test, status, Optional.empty()), List.of("session_list_test ("));
        indexes.put(of(owner, test, status, idle), List.of("session_list_test ("));
      }
      indexes.put(
          of(Optional.empty(), Optional.empty(), status, idle),
          List.of("session_list_end_reason ("));
      indexes.put(
          of(tenant, Optional.empty(), status, idle), List.of("session_list_tenant_end_reason ("));
    }
    indexes.put(
        of(tenant, Optional.empty(), Optional.empty(), Optional.of(EndReason.CLIENT_DELETED)),
        List.of("session_list_tenant ("));
    return indexes;
  }

  private Filter on(Set<DeviceId> devices, Optional<String> tenant) {
    return Filter.on(devices, tenant, begin);
  }

  private Filter filter(Optional<String> tenant, Optional<Outcome> status) {
    return of(tenant, Optional.empty(), status, Optional.empty());
  }

  private static Filter of(
      Optional<String> tenant,
      Optional<String> test,
      Optional<Outcome> status,
      Optional<EndReason> end) {
    return new Filter(
        new Labels(tenant, test),
        Optional.empty(),
        Optional.empty(),
        new Results(status, end, Instant.now().minusSeconds(60)),
        Started.ANY_TIME);
  }

  private static String plan(Handle handle, StoreKind kind, Filter filter) {
    SessionListQuery list = new SessionListQuery(filter);
    String keys = list.keys().orElseThrow();
    String explain = kind == StoreKind.POSTGRESQL ? "EXPLAIN " : "EXPLAIN QUERY PLAN ";
    Query query = handle.createQuery(explain + SqlSessionPages.PAGE.formatted(keys));
    list.bindPage(query, keys, 0, PAGE);
    return query
            .map((row, context) -> row.getString(kind == StoreKind.POSTGRESQL ? 1 : 4))
            .list()
            .stream()
            .collect(Collectors.joining("\n"))
        + "\n";
  }
}
