package io.gridfleet.lb.newsession;

import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.SessionId;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** How one try to create a session on one device ended, and so what the story does next. */
public sealed interface AttemptOutcome {

  /**
   * The node created a session.
   *
   * @param answered the capabilities in the node's answer
   * @param otherMembers members of the answer beside {@code value}, {@code sessionId} and {@code
   *     status}; they pass to the client
   */
  record Created(SessionId id, Capabilities answered, Map<String, Object> otherMembers)
      implements AttemptOutcome {
    public Created {
      otherMembers = Collections.unmodifiableMap(new LinkedHashMap<>(otherMembers));
    }
  }

  /**
   * The request is at fault: no device would take it, so none is blamed and it isn't repeated.
   *
   * @param answer what the node said, for the client
   */
  record Refused(Answer answer) implements AttemptOutcome {
    public int status() {
      return answer.status();
    }

    public byte[] body() {
      return answer.body();
    }

    public WebDriverError error() {
      return answer.error();
    }
  }

  /**
   * The device or its node is at fault: another one may take the request.
   *
   * @param cause one line for people
   * @param causeCode one of a bounded set of words for metrics, in snake case
   * @param marks whether the device is avoided from now on; otherwise only when it fails like this
   *     twice in a row
   * @param answer what the node said; empty where it said nothing
   */
  record DeviceFailed(String cause, String causeCode, boolean marks, Optional<Answer> answer)
      implements AttemptOutcome {
    public Optional<String> unusableId() {
      return answer.flatMap(Answer::unusableId);
    }
  }

  /**
   * Our lock may have expired before the node was asked, so that it wasn't: the device may be
   * another's by now. Nobody is at fault, and nothing is left behind.
   */
  record LockLost() implements AttemptOutcome {}

  /** Nobody waits for the session any more. */
  record ClientGone() implements AttemptOutcome {}

  /**
   * A node's answer as it came, and the error in it as values.
   *
   * @param unusableId the id of a session that the node says it created, where no path can hold it
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
  record Answer(int status, byte[] body, WebDriverError error, Optional<String> unusableId) {}
}
