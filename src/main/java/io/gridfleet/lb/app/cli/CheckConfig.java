package io.gridfleet.lb.app.cli;

import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.app.lab.InventoryFiles;
import io.gridfleet.lb.app.lab.InventoryFiles.Lab;
import io.gridfleet.lb.app.lab.LabWarnings;
import io.gridfleet.lb.app.log.LogText;
import io.gridfleet.lb.auth.Tokens;
import io.gridfleet.lb.config.ConfigException;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.config.ConfigProblem;
import io.gridfleet.lb.config.LoadedConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code check-config FILE}: prints all problems of a configuration. */
@Command(
    name = "check-config",
    description = "Prints all problems of a configuration and its inventory files.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {"0:the configuration can be used", "2:it can't; each problem has a line"})
final class CheckConfig implements Callable<Integer> {
  static final int WRONG = 2;

  private final Map<String, String> environment;

  @Parameters(paramLabel = "FILE", description = "The configuration.")
  private Path file = Path.of("gridfleet-lb.yaml");

  @Spec private CommandSpec spec = CommandSpec.create();

  public CheckConfig() {
    this(System.getenv());
  }

  CheckConfig(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try {
      LoadedConfig<GridFleetConfig> loaded =
          ConfigLoader.of(GridFleetConfig.class).file(file).environment(environment).load();
      loaded.warnings().forEach(warning -> err.println("warning: " + warning));
      Lab lab = new InventoryFiles(loaded.value()).read();
      Tokens.of(loaded.value().tokens(), name -> Optional.ofNullable(environment.get(name)));
      if (!lab.problems().isEmpty()) {
        return report(lab.problems(), err);
      }
      LabWarnings.of(loaded.value(), lab.nodes())
          .forEach(warning -> err.println("warning: " + warning));
      out.println(
          "%s can be used: %s, %s, %s"
              .formatted(
                  file,
                  LogText.count(lab.nodes().size(), "node"),
                  LogText.count(lab.devices(), "device"),
                  LogText.count(loaded.value().tokens().size(), "token")));
      return 0;
    } catch (ConfigException e) {
      return report(e.problems(), err);
    } catch (IllegalArgumentException e) {
      return report(List.of(new ConfigProblem(file.toString(), 0, 0, words(e))), err);
    }
  }

  private static String words(IllegalArgumentException e) {
    return String.valueOf(e.getMessage());
  }

  private static int report(List<ConfigProblem> problems, PrintWriter err) {
    problems.forEach(err::println);
    err.println(LogText.count(problems.size(), "problem"));
    return WRONG;
  }
}
