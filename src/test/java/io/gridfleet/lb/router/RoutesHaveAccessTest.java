package io.gridfleet.lb.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.auth.AccessTable;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each served route has a row in the access table. */
final class RoutesHaveAccessTest {
  private static final Map<Class<?>, String> ROUTES =
      Map.of(
          Route.NewSession.class, AccessTable.NEW_SESSION,
          Route.BidiSession.class, AccessTable.BIDI_SESSION,
          Route.Command.class, AccessTable.COMMAND,
          Route.Sessions.class, AccessTable.SESSIONS,
          Route.Status.class, "GET /status",
          Route.Health.class, "GET /healthz",
          Route.Ready.class, "GET /readyz",
          Route.Metrics.class, "GET /metrics",
          Route.Ui.class, "GET /ui");

  /** Refusals, and the API, whose operations are each in the table. */
  private static final Set<Class<?>> OTHERS =
      Set.of(
          Route.Api.class,
          Route.NoSession.class,
          Route.Unknown.class,
          Route.WrongMethod.class,
          Route.Ambiguous.class);

  @Test
  void everyKindOfRouteIsInTheAccessTable() {
    Set<String> missing = new TreeSet<>();
    for (Class<?> kind : kinds(Route.class).toList()) {
      String route = ROUTES.get(kind);
      boolean known = route != null && AccessTable.routes().containsKey(route);
      if (!known && !OTHERS.contains(kind)) {
        missing.add(kind.getSimpleName());
      }
    }
    assertThat(missing).isEmpty();
  }

  private static Stream<Class<?>> kinds(Class<?> type) {
    return type.isSealed()
        ? Stream.of(type.getPermittedSubclasses()).flatMap(RoutesHaveAccessTest::kinds)
        : Stream.of(type);
  }
}
