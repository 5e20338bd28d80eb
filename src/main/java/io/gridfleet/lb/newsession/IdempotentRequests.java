package io.gridfleet.lb.newsession;

import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.session.IdempotencyRecords;
import io.gridfleet.lb.session.IdempotencyRecords.Answered;
import io.gridfleet.lb.session.IdempotencyRecords.Claim;
import io.gridfleet.lb.session.IdempotencyRecords.Elsewhere;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins stories, each {@code X-Idempotency-Key} once on all replicas: a repeat with the same body
 * joins the story that is being told, here or elsewhere, or gets the answer that was given; one
 * with another body is an error (clients.md#repeated-requests). Where the replica that tells it
 * dies, whoever waits for it begins anew. An answer that doesn't last, such as that of a server
 * that stops, is told to those who wait for it and forgotten. A key belongs to whoever presented
 * it: two callers may use the same one.
 */
public final class IdempotentRequests {
  private static final Logger log = LoggerFactory.getLogger(IdempotentRequests.class);

  /** An outage of a minute at two hundred refusals a second, of a kilobyte each. */
  private static final int MOST_UNWRITTEN = 12_000;

  private final NewSessionFlow flow;
  private final IdempotencyRecords records;
  private final Limits limits;
  private final Runnable repeated;
  private final Consumer<String> others;
  private final InstantSource clock;
  private final KeyedRequests running;
  private final Map<String, Settling> unwritten = new ConcurrentHashMap<>();

  /** How a story that was claimed ended: with what is kept of its answer, or nothing. */
  private record Settling(String claim, Optional<Answered> answer) {}

  /**
   * What keys may cost.
   *
   * @param keep how long an answer is kept for repeats
   * @param mostPerCaller how many keys one caller may have under way here
   */
  public record Limits(Duration keep, int mostPerCaller) {}

  /**
   * @param repeated told of each request that joins or gets an earlier answer
   * @param others told of each key that other replicas needn't wait for any more
   */
  public IdempotentRequests(
      NewSessionFlow flow,
      IdempotencyRecords records,
      Limits limits,
      Runnable repeated,
      Consumer<String> others,
      InstantSource clock) {
    this.repeated = repeated;
    this.others = others;
    this.clock = clock;
    this.flow = flow;
    this.records = records;
    this.limits = limits;
    this.running = new KeyedRequests(limits.mostPerCaller());
  }

  /** Why a request with these credentials would be refused whatever it asks for. */
  public Optional<WebDriverError> refusal(Credentials credentials, String client) {
    return flow.refusal(credentials, client);
  }

  /**
   * Reads a body; the stage may complete on another thread than the caller's.
   *
   * @return fails with a {@link ProtocolException} when the body can't be read
   */
  public CompletionStage<NewSessionPayload> read(byte[] body) {
    return flow.payload(body);
  }

  /**
   * Begins, joins or replays; on the executor of the request.
   *
   * @throws ProtocolException when the key was used with another body, or when its caller has too
   *     many under way
   */
  public PendingSession begin(Optional<String> key, byte[] body, NewSessionRequest request) {
    if (key.isEmpty() || key.get().isBlank()) {
      return flow.begin(request);
    }
    String hash = hash(body);
    String scoped = scoped(key.get(), request);
    SharedStory fresh =
        new SharedStory(hash, flow.caller(request), request, left -> abandoned(scoped, left));
    PendingSession first =
        Objects.requireNonNull(fresh.join(request, flow.progress(request)), "nobody has left yet");
    for (SharedStory known = running.enter(scoped, fresh);
        known != null;
        known = running.enter(scoped, fresh)) {
      if (known.isAbandoned()) {
        running.remove(scoped, known);
        continue;
      }
      if (!known.bodyHash().equals(hash) && !known.decided().isDone()) {
        enterAfter(known, scoped, fresh);
        return first;
      }
      PendingSession joined = join(known, hash, request);
      if (joined != null) {
        repeated.run();
        return joined;
      }
      running.remove(scoped, known);
    }
    ask(scoped, fresh, false);
    return first;
  }

  /** Which of two bodies is the key's another replica may know: the later one waits for that. */
  private void enterAfter(SharedStory undecided, String key, SharedStory fresh) {
    var unused =
        undecided.decided().thenRunAsync(() -> enter(key, fresh), fresh.first().executor());
  }

  private void enter(String key, SharedStory fresh) {
    if (fresh.isAbandoned()) {
      return;
    }
    try {
      enter(key, fresh, running.enter(key, fresh));
    } catch (ProtocolException tooMany) {
      fresh.tell(NewSessionAnswer.forNow(tooMany.error(), legacy(fresh)));
    }
  }

  /**
   * @param known what was under way with the key; null where this is, from now on
   */
  private void enter(String key, SharedStory fresh, @Nullable SharedStory known) {
    NewSessionRequest request = fresh.first();
    if (known == null) {
      ask(key, fresh, false);
    } else if (!known.decided().isDone()) {
      enterAfter(known, key, fresh);
    } else if (known.isAbandoned()) {
      running.remove(key, known);
      enter(key, fresh);
    } else if (!known.bodyHash().equals(fresh.bodyHash())) {
      replay(key, fresh, NewSessionAnswer.of(otherBody().error(), legacy(fresh)));
    } else {
      PendingSession joined = known.join(request, flow.progress(request));
      if (joined == null) {
        running.remove(key, known);
        enter(key, fresh);
      } else {
        repeated.run();
        fresh.isToldBy(joined);
        joined.answer().thenAccept(fresh::tell);
      }
    }
  }

  /** Another replica has answered a key, or lets it go. */
  public void settledElsewhere(String key) {
    SharedStory waits = running.get(key);
    if (waits != null) {
      ask(key, waits, true);
    }
  }

  /** Looks again at what may have gone unheard, and writes what couldn't be written. */
  public void lookAgain() {
    running.forEach((key, story) -> ask(key, story, true));
    unwritten.forEach((key, writing) -> settle(key, writing));
  }

  /** Asks who tells the story of a key, and goes on with that. */
  private void ask(String key, SharedStory story, boolean late) {
    if (!story.asks()) {
      return;
    }
    NewSessionRequest request = story.first();
    stage(() -> records.claim(key, story.bodyHash(), request.id()))
        .whenCompleteAsync(
            (claim, failure) -> {
              try {
                claimed(key, story, late, failure == null ? claim : null);
              } catch (RuntimeException mistake) {
                broken(key, story, mistake);
              }
            },
            request.executor());
  }

  /**
   * @param claim null where the store didn't answer
   */
  private void claimed(String key, SharedStory story, boolean late, @Nullable Claim claim) {
    boolean again = story.asked();
    if (claim instanceof Elsewhere elsewhere && elsewhere.bodyHash().isEmpty()) {
      ask(key, story, true);
    } else if (claim instanceof Elsewhere elsewhere) {
      waitFor(key, story, elsewhere, again);
    } else if (claim != null || !late) {
      beginOrReplay(key, story, late, claim);
    }
  }

  /** A mistake of ours costs those who listen an error, and nobody the key. */
  private void broken(String key, SharedStory story, RuntimeException mistake) {
    log.error("request {} with an idempotency key broke", story.first().id(), mistake);
    running.remove(key, story);
    settle(key, new Settling(story.first().id(), Optional.empty()));
    story.decided().complete(null);
    story.tell(NewSessionAnswer.forNow(Refusals.mistake(), legacy(story)));
  }

  private void waitFor(String key, SharedStory story, Elsewhere elsewhere, boolean again) {
    if (!elsewhere.bodyHash().equals(story.bodyHash())) {
      replay(key, story, NewSessionAnswer.of(otherBody().error(), legacy(story)));
    } else {
      story.decided().complete(null);
      if (again) {
        ask(key, story, true);
      }
    }
  }

  private @Nullable PendingSession join(SharedStory known, String hash, NewSessionRequest request) {
    if (!known.bodyHash().equals(hash)) {
      throw otherBody();
    }
    return known.join(request, flow.progress(request));
  }

  /** Where the store can't say at first who answers, it is we: new sessions need it, too. */
  private void beginOrReplay(String key, SharedStory story, boolean late, @Nullable Claim claim) {
    if (claim instanceof Answered before) {
      replay(
          key,
          story,
          before.bodyHash().equals(story.bodyHash())
              ? NewSessionAnswer.asSaid(before.status(), before.body())
              : NewSessionAnswer.of(otherBody().error(), legacy(story)));
      return;
    }
    NewSessionRequest request = late ? story.first().arrivedAt(clock.instant()) : story.first();
    if (story.isAbandoned()) {
      settle(key, new Settling(request.id(), Optional.empty()));
      return;
    }
    PendingSession pending = flow.begin(request);
    story.isToldBy(pending);
    story.decided().complete(null);
    pending.answer().thenAccept(answer -> remember(key, story, answer));
  }

  private void replay(String key, SharedStory story, NewSessionAnswer answer) {
    repeated.run();
    running.remove(key, story);
    story.decided().complete(null);
    story.tell(answer);
  }

  private static boolean legacy(SharedStory story) {
    return story.first().payload().legacy();
  }

  /** An answer that lasts is durable before anybody reads it, unless the store can't be told. */
  private void remember(String key, SharedStory story, NewSessionAnswer answer) {
    if (!answer.lasting() || !story.isAnswered(answer)) {
      running.remove(key, story);
      settle(key, new Settling(story.first().id(), Optional.empty()));
      story.tell(answer);
      return;
    }
    Answered kept = new Answered(story.bodyHash(), answer.status(), answer.body());
    settle(key, new Settling(story.first().id(), Optional.of(kept)))
        .whenComplete(
            (done, failure) -> {
              story.tell(answer);
              running.remove(key, story);
            });
  }

  private void abandoned(String key, SharedStory story) {
    story.decided().complete(null);
    if (running.remove(key, story)) {
      settle(key, new Settling(story.first().id(), Optional.empty()));
    }
  }

  /** Records an answer or lets a key go, and tells who waits for it elsewhere. */
  private CompletionStage<Void> settle(String key, Settling settling) {
    CompletionStage<Void> written =
        stage(
            () ->
                settling
                    .answer()
                    .map(answer -> records.record(key, settling.claim(), answer, limits.keep()))
                    .orElseGet(() -> records.letGo(key, settling.claim())));
    return written.whenComplete(
        (done, failure) -> {
          if (failure == null) {
            unwritten.remove(key, settling);
            others.accept(key);
          } else if (unwritten.size() < MOST_UNWRITTEN) {
            unwritten.put(key, settling);
            log.warn("an answer can't be kept for repeats yet: {}", failure.toString());
          }
        });
  }

  private static <T> CompletionStage<T> stage(Supplier<CompletionStage<T>> store) {
    try {
      return store.get();
    } catch (RuntimeException refused) {
      return CompletableFuture.failedFuture(refused);
    }
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
