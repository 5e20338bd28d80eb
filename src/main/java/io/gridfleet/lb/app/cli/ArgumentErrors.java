package io.gridfleet.lb.app.cli;

import io.gridfleet.lb.config.NearestName;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Describes errors in the arguments, and suggests the option that was probably meant. */
final class ArgumentErrors implements IParameterExceptionHandler {
  private static final int WRONG = 2;

  /** Options of other servers that have another name here. */
  private static final Map<String, String> MEANT =
      Map.of(
          "--port", "--listen",
          "-p", "--listen",
          "--host", "--listen",
          "--address", "--listen",
          "--bind", "--listen",
          "-c", "--config",
          "--file", "--config");

  @Override
  public int handleParseException(ParameterException wrong, String[] arguments) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    if (wrong instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      String first = unknown(unmatched.getUnmatched().get(0), List.of(arguments), command);
      err.println(
          (first.startsWith("-") ? "unknown option " : "unknown argument ")
              + quoted(first, command));
    } else {
      err.println(wrong.getMessage());
    }
    err.println("see '" + command.getCommandSpec().qualifiedName() + " --help'");
    return WRONG;
  }

  /** An option whose value is optional takes an unknown option behind it for its value. */
  private static String unknown(String first, List<String> arguments, CommandLine command) {
    int before = arguments.indexOf(first) - 1;
    return before > 0
            && arguments.get(before).startsWith("--")
            && !command.getCommandSpec().optionsMap().containsKey(arguments.get(before))
        ? arguments.get(before)
        : first;
  }

  private static String quoted(String argument, CommandLine command) {
    String name = argument.contains("=") ? argument.substring(0, argument.indexOf('=')) : argument;
    String meant = MEANT.get(name);
    List<String> known = new ArrayList<>(command.getCommandSpec().optionsMap().keySet());
    known.addAll(command.getSubcommands().keySet());
    return "'"
        + name
        + "'"
        + (meant != null && known.contains(meant)
            ? "; did you mean '" + meant + "'?"
            : NearestName.hint(name, known));
  }
}
