package io.gridfleet.lb.app.cli;

import io.gridfleet.lb.app.ConfigSource;
import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.app.ProgramVersion;
import io.gridfleet.lb.app.log.Logging;
import io.gridfleet.lb.app.wiring.DemoBanner;
import io.gridfleet.lb.app.wiring.Draining;
import io.gridfleet.lb.app.wiring.GridFleetLb;
import io.gridfleet.lb.config.ConfigException;
import io.gridfleet.lb.config.LoadedConfig;
import io.gridfleet.lb.http.TransportUnavailableException;
import io.gridfleet.lb.store.StoreStartException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts GridFleet LB from the command line. */
@Command(
    name = "gridfleet-lb",
    description = "One WebDriver URL for a whole lab of phones, TVs and browsers.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.BuildVersion.class,
    subcommands = {CheckConfig.class, ExplainSelector.class, ShowStatus.class})
public final class Main implements Callable<Integer> {
  private static final int WRONG = 2;
  private static final int CANT_START = 1;

  /** The demo with clients. */
  private static final String LIVELY = "lively";

  private static final String QUIET = "quiet";

  /** An operator who pressed Ctrl-C waits for the exit. */
  private static final String INTERACTIVE_DRAIN = "10s";

  @Option(
      names = "--demo",
      arity = "0..1",
      fallbackValue = LIVELY,
      paramLabel = "quiet",
      description = {
        "Simulated nodes and clients; needs no configuration.",
        "--demo=quiet: no clients."
      })
  private @Nullable String demo;

  @Option(names = "--config", paramLabel = "FILE", description = "The configuration.")
  private @Nullable Path configFile;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "The address to listen on; default 127.0.0.1:4444.")
  private @Nullable String listen;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** The version of the jar. */
  static final class BuildVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"gridfleet-lb " + ProgramVersion.text()};
    }
  }

  /** Runs until a signal ends it. */
  public static void main(String[] args) {
    tuneNetty();
    int status = commandLine().execute(args);
    System.exit(status);
  }

  public static CommandLine commandLine() {
    return new CommandLine(new Main()).setParameterExceptionHandler(new ArgumentErrors());
  }

  /**
   * Turns off diagnostics of Netty unless they are requested: its flight recorder events load the
   * recorder at each start, and its leak detection takes two stack traces of each hundredth buffer,
   * a sixth of a command's processor time. Tests check all buffers.
   */
  private static void tuneNetty() {
    unlessGiven("io.netty.jfr.enabled", "false");
    unlessGiven("io.netty.leakDetection.level", "disabled");
  }

  private static void unlessGiven(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter err = spec.commandLine().getErr();
    if (demo != null && !demo.equals(LIVELY) && !demo.equals(QUIET)) {
      err.println("--demo is " + LIVELY + " or " + QUIET + ", not " + demo);
      return WRONG;
    }
    if ((demo != null) == (configFile != null)) {
      err.println(
          demo != null ? "--demo and --config exclude each other" : "say --demo or --config FILE");
      return WRONG;
    }
    ConfigSource source = source();
    try {
      LoadedConfig<GridFleetConfig> loaded = source.load();
      loaded.warnings().forEach(warning -> err.println("warning: " + warning));
      try (SimulatedNodes nodes = SimulatedNodes.of(loaded.value())) {
        return run(
            source.adding(nodes.configured()), loaded.value().withMore(nodes.configured()), nodes);
      }
    } catch (ConfigException wrong) {
      wrong.problems().forEach(err::println);
      return WRONG;
    } catch (IllegalArgumentException | UncheckedIOException wrong) {
      err.println(wrong.getMessage());
      return WRONG;
    }
  }

  private ConfigSource source() {
    Map<String, String> flags = new HashMap<>();
    if (demo != null) {
      // Sessions of a simulated lab need no drain.
      flags.put("router.drain", "0s");
    }
    if (listen != null) {
      flags.put("listen", listen);
    }
    Map<String, String> fallbacks =
        Terminal.interactive() ? Map.of("router.drain", INTERACTIVE_DRAIN) : Map.of();
    return new ConfigSource(Optional.ofNullable(configFile), System.getenv(), flags, fallbacks);
  }

  private int run(ConfigSource source, GridFleetConfig config, SimulatedNodes nodes)
      throws InterruptedException {
    Logging.configure(config.log());
    StopOnSignal stop = StopOnSignal.handle();
    Reloading reloading = Reloading.handle();
    GridFleetLb server;
    InetSocketAddress address;
    try {
      server = new GridFleetLb(config, Optional.of(source));
      address = server.start();
    } catch (StoreStartException | TransportUnavailableException | IOException cantStart) {
      spec.commandLine().getErr().println(cantStart.getMessage());
      return CANT_START;
    }
    reloading.start(server.reloads());
    DemoClients clients = nodes.clients(DemoBanner.url(address), LIVELY.equals(demo));
    stop.serving(
        () -> new Draining(server.reloads().drain()),
        draining -> {
          reloading.close();
          clients.close();
          server.stop(draining);
        });
    if (demo != null) {
      DemoBanner.print(spec.commandLine().getOut(), address);
    }
    stop.awaitStopped();
    return 0;
  }
}
