package io.gridfleet.lb.app.cli;

import java.io.Console;

/** Whether somebody sits before the program. */
final class Terminal {
  private Terminal() {}

  /** Both standard input and output are a terminal. */
  @SuppressWarnings("SystemConsoleNull") // where it never is null, isTerminal says what is wanted
  static boolean interactive() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // Newer JDKs have a console without a terminal, too, and a method that says so.
      return Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
    } catch (NoSuchMethodException olderJdk) {
      return true;
    } catch (ReflectiveOperationException cantSay) {
      return false;
    }
  }
}
