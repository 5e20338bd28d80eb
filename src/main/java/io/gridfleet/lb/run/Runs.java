package io.gridfleet.lb.run;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Runs and their reservations; a port over durable storage. Times are the store's. Stages fail with
 * the store's exception if the store is unavailable.
 */
public interface Runs {

  /**
   * Creates a run with all of its devices, or does nothing; atomic across replicas. Wants are
   * served in order, candidates in order within each. A device is free if no unreleased reservation
   * names it, no slot of it is locked, and no earlier want of this call took it.
   *
   * @param wants one for each requirement, in the same order; may be empty
   */
  CompletionStage<Reserving> reserve(RunId id, RunRequest request, List<Want> wants);

  /**
   * A number of devices from a list of candidates.
   *
   * @param candidates reservations as they would be recorded, best first
   */
  record Want(int atLeast, int atMost, List<Reservation> candidates) {
    public Want {
      candidates = List.copyOf(candidates);
    }
  }

  /** The result of {@link #reserve}. */
  sealed interface Reserving {
    /** The run was created: {@link Run#begin} with the chosen candidates in order. */
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
   * Changes one run atomically: reads it, applies the change, writes it with its reservations.
   * Fails with the exception of the change, without writing.
   *
   * @return the run before and after; empty if there is no such run
   */
  CompletionStage<Optional<Changed>> change(RunId id, Change change);

  /** Computes the new run. May be called more than once; has no side effects. */
  interface Change {
    /** Returns the new run; the same object if there is nothing to write. */
    Run apply(Run run, Instant now);
  }

  /** A run before and after a change; the same object twice when nothing changed. */
  record Changed(Run before, Run after) {
    /** Returns whether anything was written. */
    public boolean anything() {
      return before.status().version() != after.status().version();
    }
  }

  /** Returns all runs that haven't ended. */
  CompletionStage<List<Run>> live();

  /** Returns one page of runs. */
  CompletionStage<Page> list(Filter filter, Window window);

  /** The filter and order of a list; the id decides between equal keys. */
  record Filter(
      Optional<RunState> state,
      Optional<Instant> createdFrom,
      Optional<Instant> createdTo,
      Optional<String> tenant,
      Sort sort,
      boolean descending) {

    /** Creates a filter for the runs of all tenants. */
    public Filter(
        Optional<RunState> state,
        Optional<Instant> createdFrom,
        Optional<Instant> createdTo,
        Sort sort,
        boolean descending) {
      this(state, createdFrom, createdTo, Optional.empty(), sort, descending);
    }

    /** The sort keys of a list. */
    public enum Sort {
      CREATED_AT,
      NAME,
      STATE,
      /** The end; runs that haven't ended come last. */
      COMPLETED_AT;

      /** Returns the sort key of a run: text, or milliseconds since the epoch. */
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
   * @param offset the index of the first run, if there is no edge
   */
  record Window(int limit, int offset, Optional<Edge> edge) {
    public Window(int limit, int offset) {
      this(limit, offset, Optional.empty());
    }
  }

  /**
   * A position in a list, next to a run with the key that it had. Runs that are created or end
   * meanwhile don't shift pages.
   *
   * @param key the run's sort key: see {@link Filter.Sort#key}
   * @param before whether the window ends before the run, not begins after it
   */
  record Edge(String key, RunId run, boolean before) {}

  /**
   * A part of a list and the length of the whole.
   *
   * @param more whether more runs follow in the window's direction
   */
  record Page(List<Run> runs, long total, boolean more) {}
}
