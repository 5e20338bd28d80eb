package io.gridfleet.lb.state;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The transitions of one state machine: state × event → next state, effect. Immutable but for the
 * marks of visited transitions, which tests read. Thread-safe.
 *
 * <p>An effect is a constant of an enum. The code that fires the event carries the effect out, in a
 * {@code switch} where the event's data is in scope, so a table allocates nothing and calls no
 * other code.
 *
 * @param <S> the states
 * @param <E> the events
 * @param <F> the effects
 */
public final class StateTable<S extends Enum<S>, E extends Enum<E>, F extends Enum<F>> {
  /** One row of the table. */
  public record Transition<S, E, F>(S state, E event, S next, F effect) {}

  /** A row, and whether any machine has made the transition. */
  private static final class Cell<S, E, F> {
    private final Transition<S, E, F> row;
    private boolean visited;

    Cell(Transition<S, E, F> row) {
      this.row = row;
    }

    /** Reads first: a write each time would move the cache line between event loops. */
    Transition<S, E, F> visit() {
      if (!visited) {
        visited = true;
      }
      return row;
    }
  }

  private final String name;
  private final S initial;
  private final Map<S, Map<E, Cell<S, E, F>>> states;

  private StateTable(String name, S initial, Map<S, Map<E, Cell<S, E, F>>> states) {
    this.name = name;
    this.initial = initial;
    this.states = states;
  }

  /**
   * @param name as errors and drawings give it, such as {@code "relayed command"}
   */
  public static <S extends Enum<S>, E extends Enum<E>, F extends Enum<F>> Builder<S, E, F> of(
      String name, S initial, Class<E> events) {
    return new Builder<>(name, initial, events);
  }

  public String name() {
    return name;
  }

  public S initial() {
    return initial;
  }

  /** All transitions, in the order of states and events. */
  public List<Transition<S, E, F>> transitions() {
    return cells().map(cell -> cell.row).toList();
  }

  /** Returns whether the table has a row for the event in this state. */
  public boolean knows(S state, E event) {
    return find(state, event) != null;
  }

  /**
   * @throws UnexpectedEventException if the table has no row for the event in this state
   */
  public Transition<S, E, F> transition(S state, E event) {
    Cell<S, E, F> found = find(state, event);
    if (found == null) {
      throw new UnexpectedEventException(name, state, event);
    }
    return found.visit();
  }

  /** The transitions that no machine of this process has made. */
  public List<Transition<S, E, F>> unvisited() {
    return cells().filter(cell -> !cell.visited).map(cell -> cell.row).toList();
  }

  private Stream<Cell<S, E, F>> cells() {
    return states.values().stream().flatMap(events -> events.values().stream());
  }

  private @Nullable Cell<S, E, F> find(S state, E event) {
    Map<E, Cell<S, E, F>> events = states.get(state);
    return events == null ? null : events.get(event);
  }

  /** Declares a table, row by row. Used by one thread. */
  public static final class Builder<S extends Enum<S>, E extends Enum<E>, F extends Enum<F>> {
    private final String name;
    private final S initial;
    private final Class<E> events;
    private final Map<S, Map<E, Cell<S, E, F>>> states;

    private Builder(String name, S initial, Class<E> events) {
      this.name = name;
      this.initial = initial;
      this.events = events;
      this.states = new EnumMap<>(initial.getDeclaringClass());
    }

    /**
     * Adds a row: in {@code state}, {@code event} leads to {@code next} with {@code effect}.
     *
     * @throws IllegalArgumentException if the table has a row for this state and event
     */
    public Builder<S, E, F> on(S state, E event, S next, F effect) {
      Cell<S, E, F> cell = new Cell<>(new Transition<>(state, event, next, effect));
      Map<E, Cell<S, E, F>> row = states.computeIfAbsent(state, s -> new EnumMap<>(events));
      if (row.putIfAbsent(event, cell) != null) {
        throw new IllegalArgumentException(name + ": a second row for " + event + " in " + state);
      }
      return this;
    }

    /** Returns the immutable table. */
    public StateTable<S, E, F> build() {
      Map<S, Map<E, Cell<S, E, F>>> copy = new EnumMap<>(initial.getDeclaringClass());
      states.forEach((state, row) -> copy.put(state, new EnumMap<>(row)));
      return new StateTable<>(name, initial, copy);
    }
  }
}
