package io.gridfleet.lb.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class StateTableTest {
  private enum Door {
    CLOSED,
    OPEN
  }

  private enum Hand {
    PUSH,
    PULL
  }

  private enum Effect {
    SWING,
    NONE
  }

  private static StateTable.Builder<Door, Hand, Effect> rows() {
    return StateTable.<Door, Hand, Effect>of("door", Door.CLOSED, Hand.class)
        .on(Door.CLOSED, Hand.PUSH, Door.OPEN, Effect.SWING)
        .on(Door.OPEN, Hand.PUSH, Door.OPEN, Effect.NONE)
        .on(Door.OPEN, Hand.PULL, Door.CLOSED, Effect.SWING);
  }

  @Test
  void anEventLeadsToTheNextStateAndItsEffect() {
    StateMachine<Door, Hand, Effect> door = new StateMachine<>(rows().build());
    assertThat(door.state()).isEqualTo(Door.CLOSED);
    assertThat(door.fire(Hand.PUSH)).isEqualTo(Effect.SWING);
    assertThat(door.state()).isEqualTo(Door.OPEN);
    assertThat(door.fire(Hand.PUSH)).isEqualTo(Effect.NONE);
    assertThat(door.state()).isEqualTo(Door.OPEN);
  }

  @Test
  void anUnknownEventNamesMachineStateAndEventAndChangesNothing() {
    StateMachine<Door, Hand, Effect> door = new StateMachine<>(rows().build());
    assertThatThrownBy(() -> door.fire(Hand.PULL))
        .isInstanceOf(UnexpectedEventException.class)
        .hasMessage("door: unexpected event PULL in state CLOSED");
    assertThat(door.state()).isEqualTo(Door.CLOSED);
  }

  @Test
  void aSecondRowForTheSameStateAndEventIsRefused() {
    assertThatThrownBy(() -> rows().on(Door.OPEN, Hand.PULL, Door.OPEN, Effect.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("door: a second row for PULL in OPEN");
  }

  @Test
  void unvisitedTransitionsAreListed() {
    StateTable<Door, Hand, Effect> table = rows().build();
    StateMachine<Door, Hand, Effect> door = new StateMachine<>(table);
    door.fire(Hand.PUSH);
    door.fire(Hand.PULL);
    assertThat(table.unvisited())
        .containsExactly(new StateTable.Transition<>(Door.OPEN, Hand.PUSH, Door.OPEN, Effect.NONE));
  }

  @Test
  void theDrawingHasAnArrowForEachPairOfStates() {
    assertThat(StateDrawing.of(rows().build()))
        .isEqualTo(
            """
            stateDiagram-v2
              [*] --> CLOSED
              CLOSED --> OPEN: push / swing
              OPEN --> OPEN: push / none
              OPEN --> CLOSED: pull / swing
            """);
  }
}
