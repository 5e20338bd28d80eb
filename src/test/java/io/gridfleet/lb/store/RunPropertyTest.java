package io.gridfleet.lb.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Clients of two replicas reserve, cool down, send heartbeats, cancel, vanish and use devices in
 * any order on a virtual clock, and each replica receives the other's signals late: a device is in
 * at most one run, no reserved device serves a request outside its run, a run that was ended has no
 * session, every run ends.
 */
final class RunPropertyTest {
  private static final SqlStore STORE = StoreKind.SQLITE_MEMORY.open();

  @AfterContainer
  static void close() {
    STORE.close();
  }

  @Provide
  Arbitrary<List<RunWorld.Step>> schedules() {
    Arbitrary<Integer> pick = Arbitraries.integers().between(0, 63);
    return Combinators.combine(Arbitraries.of(RunWorld.What.values()), pick, pick)
        .as(RunWorld.Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(80);
  }

  @Property(tries = 150)
  void noScheduleBreaksAReservation(@ForAll("schedules") List<RunWorld.Step> schedule) {
    RunWorld world = new RunWorld(STORE);
    for (RunWorld.Step step : schedule) {
      world.act(step);
      world.check();
    }
    world.pass(Duration.ofHours(4));
    world.sweep();
    world.check();
    assertThat(world.live()).isEmpty();
    assertThat(world.reserved()).isEmpty();
    assertThat(world.bindings()).isEmpty();
  }
}
