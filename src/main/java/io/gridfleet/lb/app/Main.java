package io.gridfleet.lb.app;

import io.gridfleet.lb.config.ConfigException;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.config.Loaded;
import io.gridfleet.lb.simulator.DemoLab;
import io.gridfleet.lb.store.StoreStartException;
import io.gridfleet.lb.webdriver.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
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

  @Option(names = "--demo", description = "Simulated nodes; needs no configuration.")
  private boolean demo;

  @Option(names = "--config", paramLabel = "FILE", description = "The configuration.")
  private @Nullable Path configFile;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where clients find us; default 127.0.0.1:4444.")
  private @Nullable String listen;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** The version of the jar. */
  static final class BuildVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"gridfleet-lb " + Version.text()};
    }
  }

  /** Runs until a signal ends it. */
  public static void main(String[] args) {
    tuneNetty();
    int status = new CommandLine(new Main()).execute(args);
    System.exit(status);
  }

  /**
   * What Netty does for who looks for faults in a program, unless it is asked for: its flight
   * recorder events load the recorder at each start, and its search for lost buffers takes two
   * stack traces of each hundredth, a sixth of a command's processor time. Tests search them all.
   */
  private static void tuneNetty() {
    unlessSaid("io.netty.jfr.enabled", "false");
    unlessSaid("io.netty.leakDetection.level", "disabled");
  }

  private static void unlessSaid(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter err = spec.commandLine().getErr();
    if (demo == (configFile != null)) {
      err.println(demo ? "--demo and --config exclude each other" : "say --demo or --config FILE");
      return WRONG;
    }
    try (Demo lab = demo ? Demo.start() : Demo.none()) {
      return run(config(lab), err);
    } catch (ConfigException wrong) {
      wrong.problems().forEach(err::println);
      return WRONG;
    }
  }

  private GridFleetConfig config(Demo lab) {
    Map<String, String> flags = new HashMap<>();
    if (demo) {
      // Nobody wants to wait for sessions of a simulated lab.
      flags.put("router.drain", "0s");
    }
    if (listen != null) {
      flags.put("listen", listen);
    }
    ConfigLoader<GridFleetConfig> loader =
        ConfigLoader.of(GridFleetConfig.class).environment(System.getenv()).flags(flags);
    Loaded<GridFleetConfig> loaded =
        (configFile != null ? loader.file(configFile) : loader.text("demo", lab.configuration()))
            .load();
    loaded
        .warnings()
        .forEach(warning -> spec.commandLine().getErr().println("warning: " + warning));
    return loaded.value();
  }

  private int run(GridFleetConfig config, PrintWriter err) throws InterruptedException {
    Logging.configure(config.log());
    GridFleetLb server;
    InetSocketAddress address;
    try {
      server = new GridFleetLb(config);
      address = server.start();
    } catch (StoreStartException | IOException cantStart) {
      err.println(cantStart.getMessage());
      return CANT_START;
    }
    Reloading reloading = Reloading.start(config, server::reload);
    if (demo) {
      Greeting.print(spec.commandLine().getOut(), address);
    }
    CountDownLatch stopped = new CountDownLatch(1);
    Duration drain = config.router().drain();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  reloading.close();
                  server.stop(drain);
                  stopped.countDown();
                },
                "stop"));
    stopped.await();
    return 0;
  }

  /** The simulated lab, where there is one. */
  private record Demo(@Nullable DemoLab lab) implements AutoCloseable {
    static Demo start() {
      return new Demo(DemoLab.start());
    }

    static Demo none() {
      return new Demo(null);
    }

    /** JSON is YAML too. */
    String configuration() {
      return lab == null
          ? ""
          : Json.text(Map.of("store", "sqlite::memory:", "nodes", lab.inventory()));
    }

    @Override
    public void close() {
      if (lab != null) {
        lab.close();
      }
    }
  }
}
