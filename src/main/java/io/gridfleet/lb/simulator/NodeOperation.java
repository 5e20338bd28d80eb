package io.gridfleet.lb.simulator;

/** The operation of a request, as far as faults and history distinguish operations. */
public enum NodeOperation {
  STATUS,
  NEW_SESSION,
  COMMAND,
  END_SESSION,
  LIST_SESSIONS,
  OTHER;

  static NodeOperation of(SimulatedRequest request) {
    String path = request.path();
    if (path.equals("/status")) {
      return STATUS;
    }
    if (path.equals("/session")) {
      return request.method().equals("POST") ? NEW_SESSION : OTHER;
    }
    if (path.equals("/sessions") || path.equals("/appium/sessions")) {
      return LIST_SESSIONS;
    }
    if (request.sessionId().isEmpty()) {
      return OTHER;
    }
    return request.method().equals("DELETE") && request.tail().isEmpty() ? END_SESSION : COMMAND;
  }
}
