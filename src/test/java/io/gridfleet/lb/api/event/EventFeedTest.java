package io.gridfleet.lb.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.api.event.EventFeed.Event;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Each listener receives every event once and in order, also during its replay. */
final class EventFeedTest {
  private final EventFeed events = new EventFeed(InstantSource.system(), "me", event -> {});

  private void publish(int count) {
    for (int i = 0; i < count; i++) {
      events.publish("happened", Map.of());
    }
  }

  @Test
  void eventsDuringAReplayAreDeliveredAfterIt() throws Exception {
    publish(3);
    List<String> got = new CopyOnWriteArrayList<>();
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch proceed = new CountDownLatch(1);
    CompletableFuture<?> catchesUp =
        CompletableFuture.runAsync(
            () ->
                events.subscribe(
                    Optional.of("me-1"),
                    event -> {
                      got.add(event.id());
                      if (event.id().equals("me-2")) {
                        first.countDown();
                        awaited(proceed);
                      }
                    }));
    assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();

    publish(1);
    proceed.countDown();
    catchesUp.get(10, TimeUnit.SECONDS);

    assertThat(got).containsExactly("me-2", "me-3", "me-4");
  }

  private static void awaited(CountDownLatch latch) {
    try {
      latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aListenerThatSubscribesDuringADeliveryReceivesTheEventOnce() {
    List<String> late = new CopyOnWriteArrayList<>();
    List<Event> early = new CopyOnWriteArrayList<>();
    events.subscribe(
        Optional.empty(),
        event -> {
          early.add(event);
          if (early.size() == 2) {
            publish(1);
            events.subscribe(Optional.of("me-1"), missed -> late.add(missed.id()));
          }
        });

    publish(2);

    assertThat(early).hasSize(3);
    assertThat(late).containsExactly("me-2", "me-3");
  }

  @Test
  void theBeginningOfWatchingIsTold() {
    AtomicInteger began = new AtomicInteger();
    events.onWatched(began::incrementAndGet);
    var one = events.subscribe(Optional.empty(), event -> {});
    var two = events.subscribe(Optional.empty(), event -> {});
    one.close();
    assertThat(began).as("with one watcher or more all the time").hasValue(1);
    two.close();
    events.subscribe(Optional.empty(), event -> {});
    assertThat(began).hasValue(2);
  }
}
