package io.gridfleet.lb.app.cli;

import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.app.lab.InventoryFiles;
import io.gridfleet.lb.app.lab.LabDevices;
import io.gridfleet.lb.config.ConfigException;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.selector.Explanation;
import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.selector.SelectorException;
import io.gridfleet.lb.webdriver.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code explain}: prints which devices a selector matches in the inventory, and why not the
 * others.
 */
@Command(
    name = "explain",
    description =
        "Prints which devices of a configuration a selector finds, and why not the others.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {"0:it finds a device", "1:it finds none", "2:it can't be read"})
final class ExplainSelector implements Callable<Integer> {
  private static final int WRONG = 2;

  @Option(names = "--config", paramLabel = "FILE", required = true, description = "The lab.")
  private Path file = Path.of("gridfleet-lb.yaml");

  @Option(names = "--json", description = "For programs.")
  private boolean json;

  @Parameters(paramLabel = "SELECTOR", description = "Text or JSON, as in gridfleet:selector.")
  private String selector = "";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try {
      Selector asked = Selector.parse(selector);
      Explanation found = Explanation.of(asked, candidates());
      out.println(json ? Json.text(found.toPlainObject()) : found.table());
      return found.matching() > 0 ? 0 : 1;
    } catch (SelectorException wrong) {
      err.println(wrong.text());
    } catch (ConfigException wrong) {
      wrong.problems().forEach(err::println);
    }
    return WRONG;
  }

  private List<Explanation.Candidate> candidates() {
    GridFleetConfig config =
        ConfigLoader.of(GridFleetConfig.class)
            .file(file)
            .environment(System.getenv())
            .load()
            .value();
    InventoryFiles.Lab lab = new InventoryFiles(config).read();
    lab.problems().forEach(spec.commandLine().getErr()::println);
    return LabDevices.of(lab.nodes()).stream().map(ExplainSelector::candidate).toList();
  }

  private static Explanation.Candidate candidate(Device device) {
    return new Explanation.Candidate(device.name(), device.attributes(), List.of());
  }
}
