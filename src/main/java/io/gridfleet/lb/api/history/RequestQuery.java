package io.gridfleet.lb.api.history;

import io.gridfleet.lb.api.http.ApiCaller;
import io.gridfleet.lb.api.http.QueryParameters;
import io.gridfleet.lb.api.http.TimeCursor;
import io.gridfleet.lb.history.RequestHistory.Cursor;
import io.gridfleet.lb.history.RequestHistory.Filter;
import io.gridfleet.lb.history.RequestHistory.Labels;
import io.gridfleet.lb.history.RequestHistory.Period;
import io.gridfleet.lb.history.RequestHistory.Results;
import io.gridfleet.lb.history.RequestRow.Outcome;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The parameters of a list of requests. */
final class RequestQuery {
  private static final Set<String> OUTCOMES =
      Arrays.stream(Outcome.values()).map(RequestView::word).collect(Collectors.toSet());

  private RequestQuery() {}

  static Filter filter(QueryParameters query, ApiCaller caller) {
    return new Filter(
        caller.only(),
        new Labels(
            text(query, "tenant"), text(query, "run"), text(query, "test"), text(query, "client")),
        new Results(
            text(query, "device"),
            text(query, "session"),
            query
                .oneOf("outcome", OUTCOMES)
                .map(word -> Outcome.valueOf(word.toUpperCase(Locale.ROOT)))),
        new Period(query.time("from"), query.time("to")));
  }

  /** An empty parameter is that of an empty field of a form. */
  private static Optional<String> text(QueryParameters query, String name) {
    return query.text(name).filter(text -> !text.isEmpty());
  }

  static String text(Cursor cursor) {
    return new TimeCursor(cursor.arrived(), cursor.id()).text();
  }

  static Optional<Cursor> cursor(QueryParameters query) {
    return query
        .opaque("cursor", TimeCursor::parse)
        .map(last -> new Cursor(last.time(), last.id()));
  }
}
