package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.FleetSignal;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Takes news of devices and of other replicas over into the model, and gives what is free by it to
 * those who wait. Called by any thread without the distributor's lock; what takes long is done
 * before the lock is taken.
 */
final class ModelUpdates {
  private final ModelLock changes;
  private final Matching matching;
  private final RequestMatcher matcher;

  /**
   * @param matching only touched under the lock of {@code changes}
   */
  ModelUpdates(ModelLock changes, Matching matching, RequestMatcher matcher) {
    this.changes = changes;
    this.matching = matching;
    this.matcher = matcher;
  }

  /** What was heard, to be taken over into the model. */
  interface News {
    void apply(Matching matching, Instant now, ModelLock.Effects steps);
  }

  /** News that is neither of devices' facts nor of their attributes. */
  void receive(News news) {
    changes.make((now, steps) -> news.apply(matching, now, steps));
  }

  /**
   * What a request at the head of another replica's line asks is asked of the devices here. The
   * number is taken in the order of the signals; the answers may come in any order.
   */
  void askFor(FleetSignal.Waits told, QuestionText.Asked asked) {
    AtomicLong number = new AtomicLong();
    changes.make((now, steps) -> number.set(matching.others().asks(told)));
    boolean isAsked =
        matcher.ask(
            asked.question(),
            () -> changes.look(model -> model.others().isNewest(told, number.get())),
            (answers, now, steps) -> {
              matching.others().waits(told, number.get(), asked, answers, now);
              matching.serveLeft(now, steps);
            });
    if (!isAsked) {
      changes.make((now, steps) -> matching.others().notAsked(told, number.get()));
    }
  }

  /** Changes what is known of seats, then gives them to those who wait. */
  void publish(Consumer<SlotTable> news, List<DeviceId> touched) {
    changes.make(
        (now, steps) -> {
          news.accept(matching.fleet());
          serve(touched, now, steps);
        });
  }

  /**
   * As {@link #publish}, for devices whose attributes may have changed too. What is asked now is
   * asked of them before the lock is taken.
   */
  void tellAttributes(
      Consumer<SlotTable> news, List<DeviceId> touched, Collection<Device> described) {
    List<Question> questions = changes.look(model -> model.line().questionsInUse());
    MatchResults answers = MatchResults.of(questions, described, () -> true);
    changes.make(
        (now, steps) -> {
          news.accept(matching.fleet());
          matching.look(touched, answers);
          serve(touched, now, steps);
        });
  }

  private void serve(List<DeviceId> touched, Instant now, ModelLock.Effects steps) {
    for (DeviceId device : touched) {
      DeviceState state = matching.fleet().state(device);
      if (state != null) {
        matching.serveOrForget(state, now, steps);
      }
    }
  }
}
