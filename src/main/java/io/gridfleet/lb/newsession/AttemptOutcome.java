package io.gridfleet.lb.newsession;

import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.SessionId;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The outcome of one attempt to create a session on one device. */
public sealed interface AttemptOutcome {

  /**
   * The node created a session.
   *
   * @param answered the capabilities in the node's answer
   * @param otherMembers members of the answer other than {@code value}, {@code sessionId} and
   *     {@code status}, which are forwarded to the client
   */
  record Created(SessionId id, Capabilities answered, Map<String, Object> otherMembers)
      implements AttemptOutcome {
    public Created {
      otherMembers = Collections.unmodifiableMap(new LinkedHashMap<>(otherMembers));
    }
  }

  /**
   * The request is at fault: every device would refuse it, so it isn't retried and no device
   * avoided.
   *
   * @param answer the node's answer, for the client
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
   * The device or its node is at fault: another one may accept the request.
   *
   * @param cause one line of text
   * @param causeCode one of a bounded set of codes for metrics, in snake case
   * @param marks whether the device is avoided at once; otherwise only after two such failures in a
   *     row
   * @param answer the node's answer, if any
   */
  record DeviceFailed(String cause, String causeCode, boolean marks, Optional<Answer> answer)
      implements AttemptOutcome {
    public Optional<String> unusableId() {
      return answer.flatMap(Answer::unusableId);
    }
  }

  /**
   * The lock may have expired before the request was sent to the node, so it wasn't sent. No device
   * is at fault, and nothing has to be cleaned up.
   */
  record LockLost() implements AttemptOutcome {}

  /** The client left before the outcome. */
  record ClientGone() implements AttemptOutcome {}

  /**
   * A node's unchanged answer, and its error.
   *
   * @param unusableId the id of a created session, if no path can contain it
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
  record Answer(int status, byte[] body, WebDriverError error, Optional<String> unusableId) {}
}
