package io.gridfleet.lb.relay;

import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;

/** Measures one command and reports it once. Owned by the client's event loop. */
final class CommandClock {
  private final RelayListener listener;
  private final SessionId id;
  private final String method;
  private final String path;
  private final long startedAt = System.nanoTime();
  private long sentAt;
  private long answeredAt;
  private long requestBytes;
  private long answerBytes;
  private int requestParts;
  private int answerParts;
  private int status;

  CommandClock(RelayListener listener, SessionId id, String method, String path) {
    this.listener = listener;
    this.id = id;
    this.method = method;
    this.path = path;
  }

  void sent(int bytes) {
    requestBytes += bytes;
    requestParts++;
  }

  long requestBytes() {
    return requestBytes;
  }

  void requestSent() {
    sentAt = System.nanoTime();
  }

  void answered(int answerStatus) {
    status = answerStatus;
    answeredAt = System.nanoTime();
  }

  void received(int bytes) {
    answerBytes += bytes;
    answerParts++;
  }

  void ended(CommandReport.Outcome outcome) {
    long now = System.nanoTime();
    // Two parts: a body and the empty last one.
    boolean whole = sentAt != 0 && answeredAt != 0 && requestParts <= 2 && answerParts <= 2;
    long overhead = whole ? sentAt - startedAt + (now - answeredAt) : -1;
    listener.commandEnded(
        id,
        new CommandReport(
            method,
            path,
            outcome,
            status,
            requestBytes,
            answerBytes,
            Duration.ofNanos(now - startedAt),
            Duration.ofNanos(overhead)));
  }
}
