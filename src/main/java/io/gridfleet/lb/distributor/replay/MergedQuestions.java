package io.gridfleet.lb.distributor.replay;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.distributor.Question;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Makes one question of those that the same devices fit, so that their requests wait in one queue
 * however many selectors were recorded. A question is matched against the devices once. Confined to
 * the thread of the replay.
 */
final class MergedQuestions implements UnaryOperator<List<Question>> {
  private final List<Device> devices;
  private final Map<Question, Optional<Question>> merged = new HashMap<>();
  private final Map<Line, Question> lines = new HashMap<>();

  /** What decides which devices a question may get. */
  private record Line(BitSet fitting, Optional<String> run) {}

  MergedQuestions(List<Device> devices) {
    this.devices = devices;
  }

  /** Returns the questions in order, without those that no device fits. */
  @Override
  public List<Question> apply(List<Question> asked) {
    List<Question> all = new ArrayList<>(asked.size());
    for (Question question : asked) {
      merged
          .computeIfAbsent(question, this::merge)
          .filter(one -> !all.contains(one))
          .ifPresent(all::add);
    }
    return all;
  }

  private Optional<Question> merge(Question question) {
    BitSet fitting = new BitSet();
    for (int i = 0; i < devices.size(); i++) {
      fitting.set(i, question.fits(devices.get(i)));
    }
    return fitting.isEmpty()
        ? Optional.empty()
        : Optional.of(lines.computeIfAbsent(new Line(fitting, question.run()), line -> question));
  }
}
