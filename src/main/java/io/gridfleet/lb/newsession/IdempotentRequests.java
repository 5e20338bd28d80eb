package io.gridfleet.lb.newsession;

import io.gridfleet.lb.session.IdempotencyRecords;
import io.gridfleet.lb.session.IdempotencyRecords.Answered;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins stories, each {@code X-Idempotency-Key} once: a repeat with the same body joins the story
 * that is being told, or gets the answer that was given; one with another body is an error (DESIGN
 * §7.9). An answer that doesn't last, such as that of a server that stops, is told to those who
 * wait for it and forgotten. A key belongs to whoever presented it: two callers may use the same
 * one.
 */
public final class IdempotentRequests {
  private static final Logger log = LoggerFactory.getLogger(IdempotentRequests.class);

  private final NewSessionFlow flow;
  private final IdempotencyRecords records;
  private final Duration keep;
  private final Runnable repeated;
  private final Map<String, SharedStory> running = new ConcurrentHashMap<>();

  /**
   * @param keep how long an answer is kept for repeats
   * @param repeated told of each request that joins or gets an earlier answer
   */
  public IdempotentRequests(
      NewSessionFlow flow, IdempotencyRecords records, Duration keep, Runnable repeated) {
    this.repeated = repeated;
    this.flow = flow;
    this.records = records;
    this.keep = keep;
  }

  /**
   * Begins, joins or replays; on the executor of the request.
   *
   * @throws ProtocolException when the key was used with another body
   */
  public PendingSession begin(Optional<String> key, byte[] body, NewSessionRequest request) {
    if (key.isEmpty() || key.get().isBlank()) {
      return flow.begin(request);
    }
    String hash = hash(body);
    String scoped = scoped(key.get(), request);
    SharedStory fresh =
        new SharedStory(hash, request, abandoned -> running.remove(scoped, abandoned));
    PendingSession first =
        Objects.requireNonNull(fresh.join(request, flow.progress(request)), "nobody has left yet");
    for (SharedStory known = running.putIfAbsent(scoped, fresh);
        known != null;
        known = running.putIfAbsent(scoped, fresh)) {
      PendingSession joined = join(known, hash, request);
      if (joined != null) {
        repeated.run();
        return joined;
      }
      running.remove(scoped, known);
    }
    records
        .find(scoped)
        .whenCompleteAsync(
            (found, failure) ->
                beginOrReplay(scoped, fresh, request, failure == null ? found.orElse(null) : null),
            request.executor());
    return first;
  }

  private @Nullable PendingSession join(SharedStory known, String hash, NewSessionRequest request) {
    if (!known.bodyHash().equals(hash)) {
      throw otherBody();
    }
    return known.join(request, flow.progress(request));
  }

  private void beginOrReplay(
      String key, SharedStory story, NewSessionRequest request, @Nullable Answered before) {
    if (before != null) {
      repeated.run();
      running.remove(key, story);
      story.tell(
          before.bodyHash().equals(story.bodyHash())
              ? NewSessionAnswer.asSaid(before.status(), before.body())
              : NewSessionAnswer.of(otherBody().error(), request.payload().legacy()));
      return;
    }
    PendingSession pending = flow.begin(request);
    story.isToldBy(pending);
    pending.answer().thenAccept(answer -> remember(key, story, answer));
  }

  private void remember(String key, SharedStory story, NewSessionAnswer answer) {
    if (!answer.lasting()) {
      running.remove(key, story);
      story.tell(answer);
      return;
    }
    records
        .record(key, new Answered(story.bodyHash(), answer.status(), answer.body()), keep)
        .whenComplete(
            (done, failure) -> {
              running.remove(key, story);
              if (failure != null) {
                log.warn("an answer can't be kept for repeats: {}", failure.toString());
              }
            });
    story.tell(answer);
  }

  private static String scoped(String key, NewSessionRequest request) {
    String caller =
        request.origin().credentials().secret().orElse(request.origin().client().address());
    return hash((caller + "\n" + key).getBytes(StandardCharsets.UTF_8));
  }

  private static ProtocolException otherBody() {
    return new ProtocolException(
        WebDriverError.of(
            ErrorCode.INVALID_ARGUMENT,
            "This X-Idempotency-Key was used with another body; use a new key for a new request"));
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
