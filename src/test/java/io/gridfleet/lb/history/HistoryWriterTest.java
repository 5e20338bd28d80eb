package io.gridfleet.lb.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.history.HistoryWriter.Result;
import io.gridfleet.lb.history.HistoryWriter.Room;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

/** No record is lost while there is room, none is written out of order, and drops are counted. */
final class HistoryWriterTest {
  private static final Room SMALL = new Room(20, 100, 4);

  /** A sink whose answers the test gives. */
  private static final class HeldSink implements HistoryWriter.Sink<Integer> {
    final List<Integer> written = new ArrayList<>();
    final Set<Integer> poisoned = new LinkedHashSet<>();
    List<Integer> batch = List.of();
    CompletableFuture<Result> answer = new CompletableFuture<>();
    boolean open;

    @Override
    public CompletionStage<Result> write(List<Integer> records) {
      assertThat(open).as("one batch at a time").isFalse();
      open = true;
      batch = records;
      answer = new CompletableFuture<>();
      return answer;
    }

    /** Answers as a store with transactions does: a batch with a poisoned record is refused. */
    void answer(boolean reachable, boolean answerLost) {
      boolean refused = batch.stream().anyMatch(poisoned::contains);
      if (reachable && !refused) {
        written.addAll(batch);
      }
      open = false;
      answer.complete(
          !reachable || answerLost ? Result.TRY_LATER : refused ? Result.REFUSED : Result.WRITTEN);
    }
  }

  private final HeldSink sink = new HeldSink();
  private final AtomicInteger dropped = new AtomicInteger();

  private HistoryWriter<Integer> writer(Room room) {
    return new HistoryWriter<>(sink, room, record -> 1, dropped::addAndGet);
  }

  enum Event {
    OFFER,
    TICK,
    ANSWER,
    ANSWER_LOST,
    OUTAGE
  }

  @Provide
  Arbitrary<List<Event>> days() {
    return Arbitraries.frequency(
            Tuple.of(6, Event.OFFER),
            Tuple.of(3, Event.TICK),
            Tuple.of(3, Event.ANSWER),
            Tuple.of(1, Event.ANSWER_LOST),
            Tuple.of(1, Event.OUTAGE))
        .list()
        .ofMaxSize(300);
  }

  @Property(tries = 300)
  void eachRecordIsWrittenOrCounted(
      @ForAll("days") List<Event> day, @ForAll("poison") Set<Integer> poison) {
    HeldSink store = new HeldSink();
    AtomicInteger lost = new AtomicInteger();
    HistoryWriter<Integer> writer = new HistoryWriter<>(store, SMALL, record -> 1, lost::addAndGet);
    store.poisoned.addAll(poison);
    Set<Integer> accepted = new LinkedHashSet<>();
    int offered = 0;
    for (Event event : day) {
      switch (event) {
        case OFFER -> {
          boolean room = writer.waiting() < SMALL.records();
          assertThat(writer.offer(offered)).isEqualTo(room);
          if (room) {
            accepted.add(offered);
          }
          offered++;
        }
        case TICK -> writer.tick();
        case ANSWER, ANSWER_LOST, OUTAGE -> {
          if (store.open) {
            store.answer(event != Event.OUTAGE, event == Event.ANSWER_LOST);
          }
        }
      }
    }
    CompletionStage<Void> closed = writer.close();
    while (store.open) {
      store.answer(true, false);
    }

    assertThat(closed.toCompletableFuture()).isCompleted();
    assertThat(writer.waiting()).isZero();
    Set<Integer> written = new LinkedHashSet<>(store.written);
    accepted.removeAll(poison);
    assertThat(written).as("in order, none lost").containsExactlyElementsOf(accepted);
    assertThat(lost).hasValue(offered - written.size());
  }

  @Provide
  Arbitrary<Set<Integer>> poison() {
    return Arbitraries.integers().between(0, 60).set().ofMaxSize(4);
  }

  @Test
  void anOutageLosesNothingWhileThereIsRoom() {
    HistoryWriter<Integer> writer = writer(SMALL);
    IntStream.range(0, 25).forEach(writer::offer);
    assertThat(dropped).hasValue(5);
    assertThat(writer.hasRoom()).isFalse();
    for (int outage = 0; outage < 3; outage++) {
      writer.tick();
      sink.answer(false, false);
      assertThat(sink.open).as("not tried again before the next tick").isFalse();
    }

    writer.tick();
    while (sink.open) {
      sink.answer(true, false);
    }

    assertThat(sink.written).containsExactlyElementsOf(IntStream.range(0, 20).boxed().toList());
    assertThat(dropped).hasValue(5);
    assertThat(writer.hasRoom()).isTrue();
  }

  @Test
  void aFewLargeRecordsAreAsManyAsThereIsRoomFor() {
    HistoryWriter<Integer> writer =
        new HistoryWriter<>(sink, SMALL, record -> record, dropped::addAndGet);

    assertThat(writer.offer(60)).isTrue();
    assertThat(writer.offer(41)).isFalse();
    assertThat(writer.offer(40)).isTrue();
    writer.tick();
    sink.answer(true, false);
    assertThat(writer.offer(100)).isTrue();
  }

  @Test
  void aRefusedRecordIsDroppedAloneAndASinkThatThrowsIsSurvived() {
    HistoryWriter<Integer> writer =
        new HistoryWriter<>(
            batch -> {
              if (batch.contains(2)) {
                throw new IllegalStateException("a mistake, as configured");
              }
              sink.written.addAll(batch);
              return CompletableFuture.completedFuture(Result.WRITTEN);
            },
            SMALL,
            record -> 1,
            dropped::addAndGet);
    IntStream.range(0, 10).forEach(writer::offer);

    writer.tick();

    assertThat(sink.written).containsExactly(0, 1, 3, 4, 5, 6, 7, 8, 9);
    assertThat(dropped).hasValue(1);
  }

  @Test
  void aListenerThatThrowsStopsNeitherTheWriterNorItsEnd() {
    HistoryWriter<Integer> writer =
        new HistoryWriter<>(
            sink,
            SMALL,
            record -> 1,
            records -> {
              throw new IllegalStateException("a mistake, as configured");
            });
    sink.poisoned.add(0);
    writer.offer(0);
    writer.tick();
    sink.answer(true, false);
    IntStream.range(1, 10).forEach(writer::offer);
    writer.tick();
    sink.answer(true, false);
    assertThat(sink.written).containsExactly(1, 2, 3, 4);

    CompletionStage<Void> closed = writer.close();
    sink.answer(false, false);

    assertThat(closed.toCompletableFuture()).isCompleted();
  }

  @Test
  void aClosedWriterWhoseStoreIsGoneEndsAndCounts() {
    HistoryWriter<Integer> writer = writer(SMALL);
    IntStream.range(0, 10).forEach(writer::offer);

    CompletionStage<Void> closed = writer.close();
    assertThat(closed.toCompletableFuture()).isNotDone();
    sink.answer(true, false);
    sink.answer(false, false);

    assertThat(closed.toCompletableFuture()).isCompleted();
    assertThat(sink.written).hasSize(4);
    assertThat(dropped).hasValue(6);
    assertThat(writer.offer(11)).isFalse();
    assertThat(dropped).hasValue(7);
  }

  @Test
  void manyThreadsLoseNothing() throws Exception {
    List<Integer> written = new ArrayList<>();
    ExecutorService store = Executors.newSingleThreadExecutor();
    HistoryWriter<Integer> writer =
        new HistoryWriter<>(
            batch ->
                CompletableFuture.supplyAsync(
                    () -> {
                      written.addAll(batch);
                      return Result.WRITTEN;
                    },
                    store),
            new Room(100_000, 100_000, 7),
            record -> 1,
            dropped::addAndGet);
    CountDownLatch done = new CountDownLatch(4);
    for (int thread = 0; thread < 4; thread++) {
      int from = thread * 5_000;
      new Thread(
              () -> {
                IntStream.range(from, from + 5_000)
                    .forEach(
                        record -> {
                          writer.offer(record);
                          writer.tick();
                        });
                done.countDown();
              })
          .start();
    }
    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    writer.close().toCompletableFuture().get(20, TimeUnit.SECONDS);
    store.shutdown();

    assertThat(written).hasSize(20_000).doesNotHaveDuplicates();
    assertThat(dropped).hasValue(0);
  }
}
