package io.gridfleet.lb.simulator;

import java.time.Duration;

/** A fault of a simulated node; a {@link FaultPlan} determines when it is injected. */
public sealed interface Fault {

  /** The request is read and never answered; nothing is done. */
  record Stall() implements Fault {}

  /** The work is done and answered after this time; a device counts as busy from the start. */
  record Late(Duration by) implements Fault {}

  /** The connection closes after the whole request was read; nothing is done. */
  record DropAfterRequest() implements Fault {}

  /** The work is done (a session exists) and the connection closes without an answer. */
  record DropAfterWork() implements Fault {}

  /** The work is done, half of the answer's body is sent, and the connection closes. */
  record DropMidBody() implements Fault {}

  /** A W3C error is answered; nothing is done. */
  record Fails(int status, String error, String message) implements Fault {}

  /** An HTML page with this status, as a proxy before a dead node sends it; nothing is done. */
  record Gateway(int status) implements Fault {}

  /** The session is removed without notice; the command gets {@code invalid session id}. */
  record Forget() implements Fault {}

  /** The work is done and the answer's body comes one byte at a time, this far apart. */
  record SlowBytes(Duration apart) implements Fault {}

  /** The new session gets this id, even if another session has it. */
  record SessionIdAgain(String id) implements Fault {}

  /** The work is done and the answer is 200 with a body that is not JSON. */
  record Garbage() implements Fault {}

  /** A session ends, and its WebSockets stay open. */
  record KeepsSockets() implements Fault {}

  /** {@code session.end} is answered with success, and the session stays. */
  record EndsNothing() implements Fault {}

  /** 500 {@code session not created} with this text. */
  static Fault sessionNotCreated(String message) {
    return new Fails(500, "session not created", message);
  }

  /** 400 {@code invalid argument} with this text. */
  static Fault invalidArgument(String message) {
    return new Fails(400, "invalid argument", message);
  }
}
