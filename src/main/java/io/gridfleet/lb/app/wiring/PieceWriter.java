package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.router.EndpointAnswer;
import io.gridfleet.lb.router.Exchange;
import io.gridfleet.lb.router.Exchange.AnswerStream;
import java.util.Iterator;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends answers that are made in pieces. A piece is made on a thread of its own, and only once the
 * client's channel has room for it: an answer takes the memory of one piece and of what fits
 * between the channel's water marks. Pieces of several answers are made in turns.
 *
 * <p>States of an answer: a piece is being made (a task of the executor), or it waits for room (a
 * task of the client's event loop). Its end, by the last piece, a failure or the client, returns
 * its permit once.
 */
final class PieceWriter {
  private static final Logger log = LoggerFactory.getLogger(PieceWriter.class);

  /** Answers that are sent at once; each has a copy of the list that it is made from. */
  static final int MAX_ANSWERS = 8;

  private static final EndpointAnswer BUSY =
      EndpointAnswer.text(503, "Too many large lists are read; try again\n")
          .with("Retry-After", "1");

  private final Executor executor;
  private final Semaphore permits = new Semaphore(MAX_ANSWERS);

  /**
   * @param executor takes at least {@link #MAX_ANSWERS} tasks
   */
  PieceWriter(Executor executor) {
    this.executor = executor;
  }

  void send(Exchange exchange, ApiAnswer.Pieces answer) {
    if (!permits.tryAcquire()) {
      exchange.answer(BUSY);
      return;
    }
    AnswerStream out =
        exchange.stream(
            answer.status(),
            answer.headers().getOrDefault("Content-Type", "application/json"),
            answer.headers());
    Sending sending = new Sending(exchange, out, answer.pieces());
    Failures.log(exchange.clientLeft().thenRun(sending::end), "the end of a list");
    sending.next();
  }

  /** One answer. */
  private final class Sending implements Runnable {
    private final Exchange exchange;
    private final AnswerStream out;
    private final Iterator<byte[]> pieces;
    private final AtomicBoolean ended = new AtomicBoolean();

    Sending(Exchange exchange, AnswerStream out, Iterator<byte[]> pieces) {
      this.exchange = exchange;
      this.out = out;
      this.pieces = pieces;
    }

    void next() {
      try {
        executor.execute(this);
      } catch (RejectedExecutionException stopping) {
        fail(stopping);
      }
    }

    /** Makes the next piece. */
    @Override
    public void run() {
      if (ended.get()) {
        return;
      }
      try {
        byte[] piece = pieces.next();
        if (pieces.hasNext()) {
          out.write(piece);
          out.whenWritable(this::next);
        } else {
          end();
          out.finish(piece);
        }
      } catch (RuntimeException mistake) {
        fail(mistake);
      }
    }

    /** Cuts the connection, because the head of the answer is sent. */
    private void fail(RuntimeException mistake) {
      log.error("a list can't be sent to its end", mistake);
      end();
      exchange.answer(EndpointAnswer.text(500, ""));
    }

    private void end() {
      if (ended.compareAndSet(false, true)) {
        permits.release();
      }
    }
  }
}
