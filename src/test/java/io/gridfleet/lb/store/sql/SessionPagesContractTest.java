package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.run.SessionPages;
import io.gridfleet.lb.run.SessionPages.Filter;
import io.gridfleet.lb.run.SessionPages.Labels;
import io.gridfleet.lb.run.SessionPages.Page;
import io.gridfleet.lb.run.SessionPages.Results;
import io.gridfleet.lb.run.SessionPages.Row;
import io.gridfleet.lb.run.SessionPages.Started;
import io.gridfleet.lb.run.TestReport.Outcome;
import io.gridfleet.lb.run.TestReport.Registration;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.TextBound;
import io.gridfleet.lb.store.Facts;
import io.gridfleet.lb.store.SessionListRows;
import io.gridfleet.lb.store.StoreKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link SessionPages} promises, on every database. */
@ParameterizedClass
@MethodSource("io.gridfleet.lb.store.StoreKind#underTest")
final class SessionPagesContractTest {
  private static final int MANY = 500;
  private static final int FOREIGN = 20_000;

  private final StoreKind kind;
  private final SessionListWorld world = new SessionListWorld(12);
  private SqlStore store;

  SessionPagesContractTest(StoreKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = kind.open();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void everyFilterAndCombinationListsWhatTheMergedRowsSay() {
    store.jdbi().useTransaction(handle -> world.add(handle, 300));

    sameAsTheModel(store, world);
  }

  @Test
  void theListFollowsEveryChangeOfAProgramThatDoesNotKnowIt() {
    store.jdbi().useTransaction(handle -> world.add(handle, 150));
    for (int round = 0; round < 5; round++) {
      store.jdbi().useTransaction(handle -> world.change(handle, 60));
      sameAsTheModel(store, world, Filter.on(Set.copyOf(world.devices), none(), world.overdue));
      store.jdbi().useTransaction(handle -> world.add(handle, 20));
    }

    sameAsTheModel(store, world);
  }

  /** Compares the pages of all filters, and the counts of runs. */
  static void sameAsTheModel(SqlStore store, SessionListWorld world) {
    sameAsTheModel(store, world, world.filters().toArray(Filter[]::new));
    assertThat(now(store.sessionPages().counts(world.runs, world.overdue)))
        .isEqualTo(now(world.model().counts(world.runs, world.overdue)));
    assertThat(now(store.sessionPages().counts(List.of(), world.overdue))).isEmpty();
  }

  private static void sameAsTheModel(SqlStore store, SessionListWorld world, Filter... filters) {
    for (Filter filter : filters) {
      Page expected = now(world.model().page(filter, 0, MANY));
      assertThat(now(store.sessionPages().page(filter, 0, MANY)))
          .as(filter.toString())
          .isEqualTo(expected);
      assertThat(now(store.sessionPages().page(filter, 3, 4)))
          .as("a page of " + filter)
          .isEqualTo(now(world.model().page(filter, 3, 4)));
    }
  }

  /**
   * A longer name is one that an earlier program wrote; it is shown, and found, without its end.
   */
  @Test
  void aTestIsFoundByTheNameThatItsRowShows() {
    String shown = "t".repeat(TextBound.TEST_NAME.longest());
    String nul = "a\0b 'c' \\ \ud83d\ude00";
    Session session = Facts.published(store);
    store
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    "UPDATE sessions SET test_name = ? WHERE id = ?",
                    shown + "tt",
                    session.id().value()));
    Registration registered =
        new Registration(Optional.of(nul), Outcome.RUNNING, none(), none(), Map.of());
    now(store.testReports().change("error-1", (report, now) -> report.registered(registered)));

    assertThat(now(store.sessionPages().page(of(shown), 0, 5)).rows())
        .extracting(Row::key)
        .containsExactly(session.id().value());
    assertThat(now(store.sessionPages().page(of(nul), 0, 5)).rows())
        .extracting(Row::key)
        .containsExactly("error-1");
    assertThat(now(store.sessionPages().page(of("T" + shown.substring(1)), 0, 5)).total()).isZero();
  }

  private Filter of(String test) {
    return new Filter(
        new Labels(none(), Optional.of(test)),
        none(),
        none(),
        Results.any(world.overdue),
        Started.ANY_TIME);
  }

  @Test
  void pagesOfRowsWithEqualTimesHaveEachRowOnce() {
    store.jdbi().useTransaction(handle -> world.add(handle, 200));
    Filter filter = filter(none(), Optional.of(Outcome.ERROR));
    List<Row> paged = new ArrayList<>();
    Page page;
    do {
      page = now(store.sessionPages().page(filter, paged.size(), 7));
      paged.addAll(page.rows());
    } while (!page.rows().isEmpty());

    assertThat(paged).isEqualTo(now(world.model().page(filter, 0, MANY)).rows());
    assertThat(paged.size()).isEqualTo((int) page.total()).isGreaterThan(21);
  }

  @Test
  void aTenantsPagesHaveItsOwnRowsBetweenThousandsOfForeignOnes() {
    store.jdbi().useTransaction(handle -> world.add(handle, 60));
    store.jdbi().useHandle(handle -> SessionListRows.add(handle, FOREIGN, world.begin));
    for (String tenant : world.tenants) {
      for (Optional<Outcome> status : List.of(Optional.<Outcome>empty(), failed())) {
        Filter own = filter(Optional.of(tenant), status);
        assertThat(now(store.sessionPages().page(own, 0, MANY)))
            .isEqualTo(now(world.model().page(own, 0, MANY)));
      }
    }
    assertThat(now(store.sessionPages().page(filter(none(), none()), 0, 1)).total())
        .isGreaterThan(FOREIGN);
    assertThat(now(store.sessionPages().page(filter(none(), none()), FOREIGN, 10)).rows())
        .hasSize(10);
  }

  /** Both write the same row of the list, in transactions of their own. */
  @Test
  void anEndAndAReportAtTheSameTimeAreBothListed() {
    for (int round = 0; round < 40; round++) {
      Session session = Facts.published(store);
      String id = session.id().value();
      CompletionStage<?> ended = store.sessionMap().end(session.id(), EndReason.IDLE);
      CompletionStage<?> reported =
          store.testReports().change(id, (report, now) -> report.outcome(Outcome.PASSED, now));
      CompletionStage<?> finished =
          store.testReports().change(id, (report, now) -> report.finished(now));
      CompletableFuture.allOf(
              ended.toCompletableFuture(),
              reported.toCompletableFuture(),
              finished.toCompletableFuture())
          .join();

      Filter passed =
          new Filter(
              new Labels(none(), none()),
              Optional.of(Set.of(session.lock().device())),
              none(),
              new Results(Optional.of(Outcome.PASSED), none(), Instant.EPOCH),
              Started.ANY_TIME);
      Row row = now(store.sessionPages().page(passed, 0, 1)).rows().get(0);
      assertThat(row.record().orElseThrow().end()).isPresent();
      assertThat(row.report().orElseThrow().finished()).isPresent();
    }
    assertThat(
            store
                .jdbi()
                .<Integer, RuntimeException>withHandle(
                    handle ->
                        handle
                            .createQuery(
                                "SELECT count(*) FROM session_list WHERE session_ended IS NULL")
                            .mapTo(Integer.class)
                            .one()))
        .isZero();
  }

  private Filter filter(Optional<String> tenant, Optional<Outcome> status) {
    return new Filter(
        new Labels(tenant, none()),
        none(),
        none(),
        new Results(status, none(), world.overdue),
        Started.ANY_TIME);
  }

  private static <T> Optional<T> none() {
    return Optional.empty();
  }

  private static Optional<Outcome> failed() {
    return Optional.of(Outcome.FAILED);
  }
}
