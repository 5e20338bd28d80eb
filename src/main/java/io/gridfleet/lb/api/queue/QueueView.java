package io.gridfleet.lb.api.queue;

import io.gridfleet.lb.api.http.ApiCaller;
import io.gridfleet.lb.distributor.explain.FittingDevices;
import io.gridfleet.lb.distributor.explain.WaitEstimate;
import io.gridfleet.lb.waiting.RemoteRemovals.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The queued new session requests of all replicas; a port implemented over the distributor. */
public interface QueueView {

  /** Returns the requests in the order in which they are served. Doesn't fail. */
  CompletionStage<Listed> waiting();

  /**
   * Removes a request from the queue of its replica; its client receives an error with the reason.
   */
  CompletionStage<Outcome> remove(String request, String why);

  /**
   * The queue.
   *
   * @param complete false if requests of other replicas may be missing
   */
  record Listed(List<Waiting> waiting, boolean complete) {
    public Listed {
      waiting = List.copyOf(waiting);
    }
  }

  /**
   * A queued request.
   *
   * @param position from 1
   * @param request its id
   * @param subject read when it is asked for
   * @param reason computed when it is asked for, so that a page of the queue costs a page; on one
   *     thread at a time
   */
  record Waiting(
      int position,
      String request,
      Asker asker,
      Duration age,
      Supplier<Subject> subject,
      Supplier<Reason> reason) {

    public boolean seenBy(ApiCaller caller) {
      return caller.seesThatOf(Optional.of(asker.tenant()));
    }

    /**
     * Returns whether its id, tenant, selector, run, test name or client contains a text.
     *
     * @param text in lower case
     */
    boolean contains(String text) {
      Subject about = subject.get();
      Labels labels = about.labels();
      return Stream.of(
              Stream.of(request, asker.tenant(), about.selector(), labels.client()),
              labels.run().stream(),
              labels.testName().stream())
          .flatMap(each -> each)
          .anyMatch(each -> each.toLowerCase(Locale.ROOT).contains(text));
    }
  }

  /**
   * Who asked, and where.
   *
   * @param replica the name of the replica that its client is connected to
   */
  record Asker(String tenant, int priority, String replica) {}

  /**
   * What a request is about.
   *
   * @param selector its selector, as text
   */
  record Subject(String selector, Labels labels) {}

  /**
   * Why a request waits.
   *
   * @param waitsFor why no device was assigned yet, as a sentence
   * @param aheadSame how many requests before it could take one of the devices that fit it
   */
  record Reason(String waitsFor, FittingDevices fitting, int aheadSame, WaitEstimate estimate) {}

  /**
   * What its client says about a request.
   *
   * @param client the product of its {@code User-Agent}
   */
  record Labels(Optional<String> run, Optional<String> testName, String client) {}
}
