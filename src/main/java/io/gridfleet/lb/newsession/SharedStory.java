package io.gridfleet.lb.newsession;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A story that several repeats of one request listen to. It ends early only when all of them have
 * left before it was told; what was told is kept for repeats, and so is its session. Its lock
 * guards who listens; listeners are told outside of it.
 */
final class SharedStory {
  private final String bodyHash;
  private final String caller;
  private final NewSessionRequest first;
  private final List<Listener> listeners = new ArrayList<>();
  private @Nullable PendingSession story;

  /** Set when the story has its answer: from then on nobody's leaving ends it. */
  private @Nullable NewSessionAnswer answered;

  /** The same, when it may be read: after it was recorded. */
  private @Nullable NewSessionAnswer told;

  private final Consumer<SharedStory> whenAbandoned;
  private int present;
  private boolean abandoned;
  private final CompletableFuture<Void> decided = new CompletableFuture<>();
  private boolean asking;
  private boolean askAgain;

  /**
   * @param caller whose requests are counted together with this one
   */
  SharedStory(
      String bodyHash,
      String caller,
      NewSessionRequest first,
      Consumer<SharedStory> whenAbandoned) {
    this.bodyHash = bodyHash;
    this.caller = caller;
    this.first = first;
    this.whenAbandoned = whenAbandoned;
  }

  String bodyHash() {
    return bodyHash;
  }

  String caller() {
    return caller;
  }

  NewSessionRequest first() {
    return first;
  }

  /**
   * Who tells the story is to be asked; false when that isn't needed any more, or is being done: it
   * will be done again then.
   */
  synchronized boolean asks() {
    if (asking) {
      askAgain = true;
    }
    boolean now = !asking && story == null && answered == null && !abandoned;
    asking |= now;
    return now;
  }

  /** It isn't asked any more; whether to ask again, for something happened meanwhile. */
  synchronized boolean asked() {
    asking = false;
    boolean again = askAgain;
    askAgain = false;
    return again;
  }

  /**
   * Completes when it is known who tells it, so that its body is that of the key, or that it isn't
   * told; then it isn't among those that run any more.
   */
  CompletableFuture<Void> decided() {
    return decided;
  }

  synchronized boolean isAbandoned() {
    return abandoned;
  }

  /** One more listener; null when all have left, so that there is nothing to listen to. */
  @Nullable PendingSession join(NewSessionRequest request, SessionWish.Progress progress) {
    Listener listener = new Listener(request, progress);
    NewSessionAnswer already;
    synchronized (this) {
      if (abandoned) {
        return null;
      }
      listeners.add(listener);
      present++;
      already = told;
    }
    if (already != null) {
      listener.hear(already);
    }
    return listener;
  }

  void isToldBy(PendingSession pending) {
    boolean nobody;
    synchronized (this) {
      story = pending;
      nobody = abandoned;
    }
    if (nobody) {
      pending.clientLeft();
    }
  }

  /**
   * The story has its answer, which is told later.
   *
   * @return false when all have left before
   */
  synchronized boolean isAnswered(NewSessionAnswer answer) {
    if (!abandoned) {
      answered = answer;
    }
    return !abandoned;
  }

  void tell(NewSessionAnswer answer) {
    List<Listener> all;
    synchronized (this) {
      answered = answer;
      told = answer;
      all = List.copyOf(listeners);
    }
    all.forEach(listener -> listener.hear(answer));
  }

  private void left() {
    PendingSession pending;
    synchronized (this) {
      present--;
      abandoned = present == 0 && answered == null;
      if (!abandoned) {
        return;
      }
      pending = story;
    }
    whenAbandoned.accept(this);
    if (pending != null) {
      first.executor().execute(pending::clientLeft);
    }
  }

  private synchronized @Nullable PendingSession story() {
    return story;
  }

  /** One of the repeats. */
  private final class Listener implements PendingSession {
    private final NewSessionRequest request;
    private final SessionWish.Progress progress;
    private final CompletableFuture<NewSessionAnswer> answer = new CompletableFuture<>();
    private boolean gone;

    Listener(NewSessionRequest request, SessionWish.Progress progress) {
      this.request = request;
      this.progress = progress;
    }

    void hear(NewSessionAnswer said) {
      request.executor().execute(() -> answer.complete(said));
    }

    @Override
    public CompletionStage<NewSessionAnswer> answer() {
      return answer;
    }

    @Override
    public SessionWish.Progress progress() {
      return progress;
    }

    @Override
    public List<Map<String, Object>> steps() {
      PendingSession pending = story();
      boolean own = request.executor() == first.executor();
      return pending == null || !own ? List.of() : pending.steps();
    }

    @Override
    public void clientLeft() {
      if (!gone) {
        gone = true;
        left();
      }
    }
  }
}
