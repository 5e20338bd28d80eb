package io.gridfleet.lb.state;

/**
 * The current state of one machine. Not thread-safe: its owner is one event loop, or the holder of
 * the lock that the owner's class documents.
 */
public final class StateMachine<S extends Enum<S>, E extends Enum<E>, F extends Enum<F>> {
  private final StateTable<S, E, F> table;
  private S state;

  public StateMachine(StateTable<S, E, F> table) {
    this.table = table;
    this.state = table.initial();
  }

  public S state() {
    return state;
  }

  /**
   * Enters the next state.
   *
   * @return the effect that the caller carries out now
   * @throws UnexpectedEventException if the table has no row for the event in the current state,
   *     which is unchanged
   */
  public F fire(E event) {
    StateTable.Transition<S, E, F> transition = table.transition(state, event);
    state = transition.next();
    return transition.effect();
  }
}
