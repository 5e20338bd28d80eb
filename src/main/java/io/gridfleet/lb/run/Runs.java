package io.gridfleet.lb.run;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Runs and their reservations: a port over facts that survive a crash. Times are the store's. Every
 * stage fails with the store's own exception when the store can't be reached.
 */
public interface Runs {

  /**
   * Begins a run with all of its devices, or does nothing: one atomic step, whatever number of
   * replicas ask at once. Wants are served in order, candidates in order within each; a device
   * counts as free when no reservation that isn't released names it, no slot of it is locked, and
   * no earlier want of this call took it.
   *
   * @param wants one for each requirement, in the same order; may be empty
   */
  CompletionStage<Reserving> reserve(RunId id, RunRequest request, List<Want> wants);

  /**
   * So many devices out of these.
   *
   * @param candidates reservations as they would be recorded, best first
   */
  record Want(int atLeast, int atMost, List<Reservation> candidates) {
    public Want {
      candidates = List.copyOf(candidates);
    }
  }

  /** How an attempt to reserve went. */
  sealed interface Reserving {
    /** The run has begun: {@link Run#begin} with the chosen candidates in order. */
    record Reserved(Run run) implements Reserving {}

    /**
     * Nothing was reserved.
     *
     * @param want the index of the first want that falls short
     * @param free how many of its candidates are free
     */
    record Shortage(int want, int free) implements Reserving {}
  }

  CompletionStage<Optional<Run>> find(RunId id);

  /**
   * Changes one run in one step: reads it, asks for the new form, writes it with its reservations.
   * Fails with the exception that the change throws, and then nothing is written.
   *
   * @return what the run was and is; empty when there is no such run
   */
  CompletionStage<Optional<Changed>> change(RunId id, Change change);

  /** What a run becomes. May be asked more than once; has no effect of its own. */
  interface Change {
    /** The same object means that there is nothing to write. */
    Run apply(Run run, Instant now);
  }

  /** A run before and after a change; the same object twice when nothing changed. */
  record Changed(Run before, Run after) {
    /** Whether anything was written. */
    public boolean anything() {
      return before.status().version() != after.status().version();
    }
  }

  /** All runs that haven't ended. */
  CompletionStage<List<Run>> live();

  /** One page of all runs. */
  CompletionStage<Page> list(Filter filter, Window window);

  /** Which runs, and in which order; the id decides between equals. */
  record Filter(
      Optional<RunState> state,
      Optional<Instant> createdFrom,
      Optional<Instant> createdTo,
      Optional<String> tenant,
      Sort sort,
      boolean descending) {

    /** The runs of all tenants. */
    public Filter(
        Optional<RunState> state,
        Optional<Instant> createdFrom,
        Optional<Instant> createdTo,
        Sort sort,
        boolean descending) {
      this(state, createdFrom, createdTo, Optional.empty(), sort, descending);
    }

    /** What a list of runs can be sorted by. */
    public enum Sort {
      CREATED_AT,
      NAME,
      STATE,
      /** Runs that haven't ended come after all that have. */
      COMPLETED_AT;

      /** What a run is sorted by: text, or milliseconds since the epoch. */
      public String key(Run run) {
        return switch (this) {
          case CREATED_AT -> Long.toString(run.times().created().toEpochMilli());
          case NAME -> run.name();
          case STATE -> run.state().name();
          case COMPLETED_AT ->
              Long.toString(
                  run.times().completed().map(Instant::toEpochMilli).orElse(Long.MAX_VALUE));
        };
      }

      public boolean isTime() {
        return this == CREATED_AT || this == COMPLETED_AT;
      }
    }
  }

  /**
   * A part of a list.
   *
   * @param offset from where on, when there is no edge
   */
  record Window(int limit, int offset, Optional<Edge> edge) {
    public Window(int limit, int offset) {
      this(limit, offset, Optional.empty());
    }
  }

  /**
   * A place in a list: next to a run as it was when it was seen. What begins or ends meanwhile
   * moves no page.
   *
   * @param key what the list is sorted by, of that run: see {@link Filter.Sort#key}
   * @param before whether the part in front of it is meant, not the one behind
   */
  record Edge(String key, RunId run, boolean before) {}

  /**
   * A part of a list and the length of the whole.
   *
   * @param more whether there are more, looking on from the window's edge or offset
   */
  record Page(List<Run> runs, long total, boolean more) {}
}
