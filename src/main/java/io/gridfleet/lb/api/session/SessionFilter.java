package io.gridfleet.lb.api.session;

import io.gridfleet.lb.api.device.DeviceRow;
import io.gridfleet.lb.api.device.DeviceRows;
import io.gridfleet.lb.api.http.ApiCaller;
import io.gridfleet.lb.api.http.QueryParameters;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.SessionPages.Filter;
import io.gridfleet.lb.run.SessionPages.Labels;
import io.gridfleet.lb.run.SessionPages.Results;
import io.gridfleet.lb.run.SessionPages.Started;
import io.gridfleet.lb.run.TestReport.Outcome;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.TextBound;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads the filter of a list of sessions from its query.
 *
 * @param devices the devices of the lab, for a list that is limited to some of them
 */
record SessionFilter(DeviceRows devices, InstantSource clock) {
  /** A session that is being created has no row. */
  private static final String NO_ROWS = "pending";

  /** The values of the {@code status} filter. */
  private static final Set<String> STATUSES =
      Set.of(NO_ROWS, "running", "passed", "failed", "error");

  private static final Set<String> END_REASONS =
      Arrays.stream(EndReason.values()).map(EndReason::code).collect(Collectors.toSet());

  /** Returns the filter of a list; empty if no row can fit. */
  Optional<Filter> read(QueryParameters query, ApiCaller caller) {
    Optional<String> tenant = given(query, "tenant");
    Optional<String> test = given(query, "test").map(TextBound.TEST_NAME::cut);
    Optional<Set<DeviceId>> devices = devices(query, caller);
    Optional<RunId> run = query.uuid("run_id").map(RunId::new);
    Optional<String> status = query.oneOf("status", STATUSES);
    Optional<EndReason> end = query.oneOf("end_reason", END_REASONS).map(SessionFilter::endReason);
    Started started = new Started(query.time("started_after"), query.time("started_before"));
    if (status.filter(NO_ROWS::equals).isPresent()
        || tenant.filter(asked -> !caller.seesThatOf(Optional.of(asked))).isPresent()) {
      return Optional.empty();
    }
    Results results =
        new Results(status.map(SessionFilter::outcome), end, SessionRow.overdue(clock.instant()));
    return Optional.of(
        new Filter(new Labels(tenant.or(caller::only), test), devices, run, results, started));
  }

  /** An empty parameter is that of an empty field of a form. */
  private static Optional<String> given(QueryParameters query, String name) {
    return query.text(name).filter(text -> !text.isEmpty());
  }

  private static EndReason endReason(String code) {
    return EndReason.valueOf(code.toUpperCase(Locale.ROOT));
  }

  static Outcome outcome(String status) {
    return Outcome.valueOf(status.toUpperCase(Locale.ROOT));
  }

  /** Returns the devices that a list is limited to; packs and platforms are those of today. */
  private Optional<Set<DeviceId>> devices(QueryParameters query, ApiCaller caller) {
    Optional<Set<DeviceId>> named = query.uuid("device_id").map(id -> Set.of(new DeviceId(id)));
    Map<String, String> described = new LinkedHashMap<>();
    for (String field : List.of("pack_id", "platform_id")) {
      query.text(field).ifPresent(value -> described.put(field, value));
    }
    if (described.isEmpty()) {
      return named;
    }
    Predicate<DeviceRow> fits =
        row ->
            described.entrySet().stream()
                .allMatch(field -> field.getValue().equals(row.text(field.getKey())));
    Stream<DeviceRow> candidates =
        named
            .map(ids -> ids.stream().flatMap(id -> devices.find(id, caller).stream()))
            .orElseGet(() -> devices.all(caller).stream());
    return Optional.of(
        candidates
            .filter(fits)
            .map(row -> row.state().device().id())
            .collect(Collectors.toUnmodifiableSet()));
  }
}
