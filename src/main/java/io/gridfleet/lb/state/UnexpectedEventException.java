package io.gridfleet.lb.state;

/**
 * An event in a state in which the table has no row for it: a mistake in the program. The owner of
 * the machine logs it and ends the request; the state is unchanged.
 */
public final class UnexpectedEventException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  UnexpectedEventException(String machine, Enum<?> state, Enum<?> event) {
    super(machine + ": unexpected event " + event + " in state " + state);
  }
}
