package io.gridfleet.lb.router;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.relay.ClientExchange;
import io.gridfleet.lb.relay.ErrorAnswers;
import io.gridfleet.lb.relay.RequestSink;
import io.gridfleet.lb.relay.SessionRoute;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command whose session isn't cached in this process: the parts of its body that have arrived are
 * buffered, and reading is suspended until the store has answered. Owned by the client's event
 * loop, to which the store's answer is passed.
 */
final class PendingLookup implements RequestSink {
  private static final Logger log = LoggerFactory.getLogger(PendingLookup.class);

  private final ClientExchange front;
  private final CompletionStage<Optional<SessionRoute>> lookup;
  private final Function<Optional<SessionRoute>, RequestSink> next;
  private final Deque<HttpContent> kept = new ArrayDeque<>(2);
  private @Nullable RequestSink found;
  private boolean over;

  PendingLookup(
      ClientExchange front,
      CompletionStage<Optional<SessionRoute>> lookup,
      Function<Optional<SessionRoute>, RequestSink> next) {
    this.front = front;
    this.lookup = lookup;
    this.next = next;
  }

  @Override
  public void start() {
    Failures.log(
        lookup.handle(
            (route, failure) -> {
              front.loop().execute(failure == null ? () -> known(route) : this::failed);
              return null;
            }),
        "the lookup of a session");
  }

  private void failed() {
    if (!over) {
      over = true;
      releaseKept();
      front.whole(FrontErrors.lookupFailed());
    }
  }

  private void known(Optional<SessionRoute> route) {
    if (over) {
      return;
    }
    if (!kept.isEmpty() && !front.requestComplete()) {
      front.read(true);
    }
    RequestSink sink = started(route);
    if (sink == null) {
      return;
    }
    while (!kept.isEmpty()) {
      sink.content(kept.poll());
    }
    sink.readComplete();
  }

  /** A sink that fails to start is left, and its request is answered, as without a lookup. */
  private @Nullable RequestSink started(Optional<SessionRoute> route) {
    RequestSink sink = null;
    try {
      sink = next.apply(route);
      found = sink;
      sink.start();
      return sink;
    } catch (RuntimeException mistake) {
      log.error("a request failed to start", mistake);
      found = null;
      over = true;
      releaseKept();
      if (sink != null) {
        sink.clientGone();
      }
      front.whole(ErrorAnswers.failed());
      return null;
    }
  }

  @Override
  public void content(HttpContent part) {
    if (over) {
      part.release();
    } else if (found != null) {
      found.content(part);
    } else {
      kept.add(part);
      if (!(part instanceof LastHttpContent)) {
        front.read(false);
      }
    }
  }

  @Override
  public void readComplete() {
    if (found != null) {
      found.readComplete();
    }
  }

  @Override
  public void writabilityChanged(boolean writable) {
    if (found != null) {
      found.writabilityChanged(writable);
    }
  }

  @Override
  public void clientGone() {
    over = true;
    releaseKept();
    if (found != null) {
      found.clientGone();
    }
  }

  @Override
  public void timedOut() {
    if (found != null) {
      found.timedOut();
    } else {
      failed();
    }
  }

  private void releaseKept() {
    kept.forEach(HttpContent::release);
    kept.clear();
  }
}
