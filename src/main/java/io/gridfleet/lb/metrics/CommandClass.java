package io.gridfleet.lb.metrics;

/** The kind of a command, as a label: derived from its path without allocating. */
enum CommandClass {
  /** {@code DELETE /session/{id}}. */
  END_SESSION,
  NAVIGATE,
  ELEMENT,
  EXECUTE,
  SCREENSHOT,
  SOURCE,
  WINDOW,
  ACTIONS,
  FILE,
  APPIUM,
  OTHER;

  private static final String UNDER_SESSION = "/session/";

  /** Reads {@code /session/{id}/{what}…}. */
  static CommandClass of(String method, String path) {
    int from = path.startsWith(UNDER_SESSION) ? path.indexOf('/', UNDER_SESSION.length()) : -1;
    if (from < 0) {
      return method.equals("DELETE") ? END_SESSION : OTHER;
    }
    return ofTail(path, from + 1);
  }

  private static CommandClass ofTail(String path, int from) {
    if (path.startsWith("element", from) || path.startsWith("shadow", from)) {
      return ELEMENT;
    }
    if (path.startsWith("execute", from)) {
      return EXECUTE;
    }
    if (isNavigation(path, from)) {
      return NAVIGATE;
    }
    if (path.startsWith("screenshot", from)) {
      return SCREENSHOT;
    }
    if (path.startsWith("source", from)) {
      return SOURCE;
    }
    if (path.startsWith("window", from)
        || path.startsWith("frame", from)
        || path.startsWith("context", from)) {
      return WINDOW;
    }
    return ofRest(path, from);
  }

  private static boolean isNavigation(String path, int from) {
    return path.startsWith("url", from)
        || path.startsWith("back", from)
        || path.startsWith("forward", from)
        || path.startsWith("refresh", from)
        || path.startsWith("title", from);
  }

  private static CommandClass ofRest(String path, int from) {
    if (path.startsWith("actions", from)) {
      return ACTIONS;
    }
    if (path.startsWith("file", from) || path.startsWith("se/file", from)) {
      return FILE;
    }
    return path.startsWith("appium/", from) ? APPIUM : OTHER;
  }
}
