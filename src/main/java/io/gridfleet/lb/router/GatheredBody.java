package io.gridfleet.lb.router;

import io.gridfleet.lb.http.HttpLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/**
 * The body of a request that an endpoint reads whole: bounded by itself and by the budget of the
 * process, which is charged until the request is over.
 *
 * <p>Owner: the client's event loop. The future is safe for any thread.
 */
final class GatheredBody {
  /**
   * The fraction of what is aggregated so far that must arrive in each pause, so that a body that
   * trickles doesn't hold much of the budget.
   */
  private static final int GROWTH = 16;

  private final Limits limits;
  private CompletableFuture<byte[]> whole = new CompletableFuture<>();
  private ByteArrayOutputStream gathered = new ByteArrayOutputStream(512);

  /** The bytes charged to the budget until the request is over. */
  private long charged;

  private int extendedAt;

  /** The limits of an aggregated body: its bytes, the process's budget, and the longest pause. */
  record Limits(int mostBytes, BodyBudget budget, Duration pause) {}

  /** Why a body isn't read. */
  enum Refusal {
    TOO_LARGE,
    NO_MEMORY
  }

  GatheredBody(Limits limits) {
    this.limits = limits;
  }

  /** Returns the whole body, once it was received. */
  CompletableFuture<byte[]> whole() {
    return whole;
  }

  /** Returns why a body of this announced length would be refused; charges nothing. */
  Optional<Refusal> refusal(long length) {
    if (length > limits.mostBytes()) {
      return Optional.of(Refusal.TOO_LARGE);
    }
    return limits.budget().hasRoom(length) ? Optional.empty() : Optional.of(Refusal.NO_MEMORY);
  }

  /** Copies a part, whose reference the caller keeps; adds nothing where it is refused. */
  Optional<Refusal> add(ByteBuf part) {
    int bytes = part.readableBytes();
    if (gathered.size() + bytes > limits.mostBytes()) {
      return Optional.of(Refusal.TOO_LARGE);
    }
    if (bytes > 0 && !limits.budget().take(bytes)) {
      return Optional.of(Refusal.NO_MEMORY);
    }
    charged += bytes;
    gathered.writeBytes(ByteBufUtil.getBytes(part));
    return Optional.empty();
  }

  /** Returns whether enough has arrived since the last extension for another pause. */
  boolean hasProgressed() {
    int least = Math.max(HttpLimits.MIN_BODY_PROGRESS, extendedAt / GROWTH);
    if (gathered.size() - extendedAt < least) {
      return false;
    }
    extendedAt = gathered.size();
    return true;
  }

  /** Hands the bytes out and drops them here: a request may wait for hours. */
  void complete() {
    CompletableFuture<byte[]> pending = whole;
    byte[] bytes = gathered.toByteArray();
    gathered = new ByteArrayOutputStream(0);
    whole = CompletableFuture.failedFuture(new IllegalStateException("the body was handed out"));
    pending.complete(bytes);
  }

  /** Drops what was aggregated and returns its bytes to the budget; the request is over. */
  void release() {
    gathered = new ByteArrayOutputStream(0);
    limits.budget().giveBack(charged);
    charged = 0;
  }

  /** Ends the wait for the rest of the body. */
  void cancel(String why) {
    whole.completeExceptionally(new CancellationException(why));
  }
}
