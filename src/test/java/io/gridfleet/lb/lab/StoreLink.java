package io.gridfleet.lb.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The connection between a replica and a fake store, on the virtual clock: a call takes its time in
 * both directions, and either direction can fail. A call whose answer is lost was carried out, and
 * its caller sees the same failure as for one that never arrived.
 */
public final class StoreLink {
  /** What happens to one call. */
  public enum Fate {
    ARRIVES,
    REQUEST_LOST,
    ANSWER_LOST,
    /** The port violates its contract: it throws instead of returning a failed stage. */
    CALL_THROWS
  }

  private record Planned(String call, Fate fate) {}

  private final VirtualTime time;
  private final List<Planned> planned = new ArrayList<>();
  private LongSupplier nanos = () -> 0;
  private Supplier<Fate> fates = () -> Fate.ARRIVES;

  public StoreLink(VirtualTime time) {
    this.time = time;
  }

  /**
   * @param nanos how long the next direction takes; zero is at once, on the caller's stack
   */
  public void latency(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** The fate of calls without a plan. */
  public void fates(Supplier<Fate> next) {
    fates = next;
  }

  /** The fate of the next call of this name; plans for one name are used up in order. */
  public void next(String call, Fate fate) {
    planned.add(new Planned(call, fate));
  }

  /** Whether all plans were used. */
  public boolean allHappened() {
    return planned.isEmpty();
  }

  public <T> CompletionStage<T> call(String name, Supplier<CompletionStage<T>> work) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Fate fate = fate(name);
    if (fate == Fate.CALL_THROWS) {
      throw new IllegalArgumentException("a mistake in " + name + ", as configured");
    }
    after(
        () -> {
          if (fate == Fate.REQUEST_LOST) {
            after(() -> fail(answer, name));
            return;
          }
          work.get()
              .whenComplete(
                  (result, failure) ->
                      after(
                          () -> {
                            if (failure != null) {
                              answer.completeExceptionally(failure);
                            } else if (fate == Fate.ANSWER_LOST) {
                              fail(answer, name);
                            } else {
                              answer.complete(result);
                            }
                          }));
        });
    return answer;
  }

  private Fate fate(String name) {
    for (Planned each : planned) {
      if (each.call().equals(name)) {
        planned.remove(each);
        return each.fate();
      }
    }
    return fates.get();
  }

  private static void fail(CompletableFuture<?> answer, String name) {
    answer.completeExceptionally(
        new IllegalStateException("no answer to " + name + ", as configured"));
  }

  private void after(Runnable work) {
    long delay = nanos.getAsLong();
    if (delay == 0) {
      work.run();
    } else {
      time.schedule(work, delay, TimeUnit.NANOSECONDS);
    }
  }
}
