package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.PickStrategy;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.selector.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A client leaves on one event loop while its repeat arrives on another: the repeat always gets the
 * next free device.
 */
final class RepeatRaceTest {
  private static final int ROUNDS = 3000;
  private static final Map<String, Object> ANY = Map.of("platformName", "Android");

  private final NewSessionLab lab = new NewSessionLab(new Random(1), new NewSessionListener() {});
  private final ExecutorService one = Executors.newSingleThreadExecutor();
  private final ExecutorService other = Executors.newSingleThreadExecutor();

  @AfterEach
  void stopThreads() {
    one.shutdownNow();
    other.shutdownNow();
  }

  @Test
  void theWaitHasEndedWhenItsPlaceIsOffered() {
    lab.fleet(1);
    lab.flow.begin(lab.request(ANY, "10.0.0.9"));
    NewSessionState waits = (NewSessionState) lab.flow.begin(lab.request(ANY, "10.0.0.1"));
    Distributor.Wait real = ((Holding.Place) waits.holding()).inQueue();
    List<PlacementRequest.QueuePosition> turns = new ArrayList<>();
    Runnable repeat =
        () ->
            turns.add(
                ((NewSessionState) lab.flow.begin(lab.request(ANY, "10.0.0.1")))
                    .placement()
                    .turn());
    waits.hold(
        new Holding.Place(
            new Distributor.Wait() {
              @Override
              public CompletionStage<Placement> outcome() {
                return real.outcome();
              }

              @Override
              public CompletableFuture<Void> queued() {
                return real.queued();
              }

              @Override
              public void end(Placement answer) {
                repeat.run();
                real.end(answer);
              }
            }));

    waits.clientLeft();
    repeat.run();

    PlacementRequest.QueuePosition left = waits.placement().turn();
    assertThat(turns.get(0)).as("the turn of a repeat before the wait ended").isNotEqualTo(left);
    assertThat(turns.get(1)).as("the turn of a repeat after it").isEqualTo(left);
  }

  @Test
  void aRepeatIsServedHoweverTheTwoLoopsRun() throws Exception {
    lab.fleet(1);
    CyclicBarrier together = new CyclicBarrier(2);
    for (int round = 0; round < ROUNDS; round++) {
      DeviceLock busy = taken(round);
      NewSessionRequest first = on(one, lab.request(ANY, "10.0.0.1"));
      NewSessionRequest repeat = on(other, lab.request(ANY, "10.0.0.1"));
      PendingSession waits = one.submit(() -> lab.flow.begin(first)).get();

      Future<?> leaves =
          one.submit(
              () -> {
                together.await();
                waits.clientLeft();
                return null;
              });
      Future<PendingSession> comes =
          other.submit(
              () -> {
                together.await();
                return lab.flow.begin(repeat);
              });
      leaves.get();
      NewSessionState second = (NewSessionState) comes.get(10, TimeUnit.SECONDS);
      lab.distributor.release(busy);
      settle();

      assertThat(second.session()).as("round %d: the device is free", round).isNotNull();
      lab.end(second);
      settle();
      assertThat(lab.distributor.queueLength()).isZero();
    }
  }

  /** Runs the tasks of both loops and the nodes' answers until none is left. */
  private void settle() throws Exception {
    for (int turn = 0; turn < 8; turn++) {
      one.submit(() -> {}).get();
      other.submit(() -> {}).get();
      lab.time.pass(Duration.ofSeconds(2));
    }
  }

  private DeviceLock taken(int round) {
    Question any =
        new Question(
            Selector.everything(), Selector.everything(), Optional.empty(), Optional.empty());
    PlacementRequest request =
        new PlacementRequest(
            "busy" + round,
            List.of(any),
            new PlacementRequest.QueuePosition(0, lab.time.instant(), 0),
            new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
            new Quota("lab", OptionalInt.empty()));
    return ((Placement.Placed)
            lab.distributor
                .place(request, Duration.ofHours(1))
                .outcome()
                .toCompletableFuture()
                .getNow(null))
        .lock();
  }

  private static NewSessionRequest on(ExecutorService loop, NewSessionRequest request) {
    return new NewSessionRequest(
        request.id(), request.arrival(), request.payload(), request.origin(), loop);
  }
}
