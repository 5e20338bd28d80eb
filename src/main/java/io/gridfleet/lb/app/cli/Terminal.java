package io.gridfleet.lb.app.cli;

import java.io.Console;

/** Whether the program runs in an interactive terminal. */
final class Terminal {
  private Terminal() {}

  /** Whether both standard input and output are a terminal. */
  @SuppressWarnings("SystemConsoleNull") // if it is never null, isTerminal decides
  static boolean interactive() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // Newer JDKs have a console without a terminal, too, and a method to distinguish them.
      return Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
    } catch (NoSuchMethodException olderJdk) {
      return true;
    } catch (ReflectiveOperationException cantSay) {
      return false;
    }
  }
}
