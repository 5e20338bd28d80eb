package io.gridfleet.lb.distributor.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.distributor.FakeWire;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.distributor.fleet.DeviceState;
import io.gridfleet.lb.distributor.fleet.SlotTable;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.selector.Selector;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The devices that fit a question, when they were matched before the queue was made. */
final class QuestionQueueTest {
  private final FakeWire wire = new FakeWire(new VirtualTime());
  private final SlotTable fleet = new SlotTable();

  @Test
  void aDeviceThatChangedDuringMatchingIsMatchedAgain() {
    Device same = wire.phone("phone-7");
    Device before = wire.phone("phone-8");
    Question question =
        new Question(
            Selector.everything(), Selector.everything(), Optional.empty(), Optional.empty());
    MatchResults answers = MatchResults.of(List.of(question), List.of(same, before), () -> true);
    answers.to(question).clear();
    DeviceState unchanged = fleet.put(same);
    DeviceState changed = fleet.put(wire.phone("phone-8"));

    QuestionQueue queue = new QuestionQueue(0, question, fleet.states(), answers);

    assertThat(queue.fits(unchanged)).as("by the result").isFalse();
    assertThat(queue.fits(changed)).as("matched again").isTrue();
  }
}
