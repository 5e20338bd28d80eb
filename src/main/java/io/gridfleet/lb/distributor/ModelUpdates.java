package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.distributor.fleet.DeviceState;
import io.gridfleet.lb.distributor.fleet.SlotTable;
import io.gridfleet.lb.distributor.queue.Effects;
import io.gridfleet.lb.distributor.queue.MatchResults;
import io.gridfleet.lb.distributor.replicas.QuestionText;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Applies updates about devices and other replicas to the model, and serves what they free. Called
 * by any thread without the distributor's lock; long work precedes the lock.
 */
final class ModelUpdates {
  private final ModelLock modelLock;
  private final Matching matching;
  private final RequestMatcher matcher;

  /**
   * @param matching only touched under the lock of {@code modelLock}
   */
  ModelUpdates(ModelLock modelLock, Matching matching, RequestMatcher matcher) {
    this.modelLock = modelLock;
    this.matching = matching;
    this.matcher = matcher;
  }

  /** An update of the model. */
  interface Update {
    void apply(Matching matching, Instant now, Effects effects);
  }

  /** Applies an update that concerns neither facts nor attributes of devices. */
  void receive(Update update) {
    modelLock.make((now, effects) -> update.apply(matching, now, effects));
  }

  /**
   * Matches the head of another replica's queue against the devices here. The number is assigned in
   * the order of the signals; the results may arrive in any order.
   */
  void matchHead(FleetSignal.Waits signal, QuestionText.Asked asked) {
    AtomicLong number = new AtomicLong();
    modelLock.make((now, effects) -> number.set(matching.remoteHeads().register(signal)));
    boolean isAsked =
        matcher.ask(
            asked.question(),
            () -> modelLock.look(model -> model.remoteHeads().isNewest(signal, number.get())),
            (answers, now, effects) -> {
              matching.remoteHeads().waits(signal, number.get(), asked, answers, now);
              matching.assignment().serveYielded(now, effects);
            });
    if (!isAsked) {
      modelLock.make((now, effects) -> matching.remoteHeads().drop(signal, number.get()));
    }
  }

  /** Returns the ids of all devices. */
  List<DeviceId> known() {
    return modelLock.look(model -> List.copyOf(model.fleet().ids()));
  }

  /** Applies an update to the devices, then serves those that it touched. */
  void publish(Consumer<SlotTable> update, List<DeviceId> touched) {
    modelLock.make(
        (now, effects) -> {
          update.accept(matching.fleet());
          serve(touched, now, effects);
        });
  }

  /**
   * As {@link #publish}, for devices whose attributes may have changed too. Current questions are
   * matched against them before the lock is acquired.
   */
  void updateAttributes(
      Consumer<SlotTable> update, List<DeviceId> touched, Collection<Device> described) {
    List<Question> questions = modelLock.look(model -> model.waiting().questionsInUse());
    MatchResults answers = MatchResults.of(questions, described, () -> true);
    modelLock.make(
        (now, effects) -> {
          update.accept(matching.fleet());
          matching.look(touched, answers);
          serve(touched, now, effects);
        });
  }

  private void serve(List<DeviceId> touched, Instant now, Effects effects) {
    for (DeviceId device : touched) {
      DeviceState state = matching.fleet().state(device);
      if (state != null) {
        matching.serveOrRemove(state, now, effects);
      }
    }
  }
}
