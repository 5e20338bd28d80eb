package io.gridfleet.lb.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;
import static org.junit.platform.launcher.EngineFilter.includeEngines;

import io.gridfleet.lb.parts.RealPart;
import java.io.PrintWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/**
 * The contracts of the store once more, with PostgreSQL in a container: where Docker answers.
 * {@code -Dgridfleet.postgres.image} names another image.
 */
final class ContractsInDockerIT {
  private static final String IMAGE = System.getProperty("gridfleet.postgres.image", "postgres:17");
  private static final int PORT = 5432;

  @Test
  void everyContractHoldsOnAServerInAContainer() {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      RealPart.missing("real part not found: no Docker engine answers");
    }
    try (GenericContainer<?> server = started()) {
      var address =
          new StoreAddress.Postgres(
              "postgres", server.getHost() + ":" + server.getMappedPort(PORT), "postgres", "");
      try (var use = PostgresPart.use(address)) {
        assertContracts();
      }
    }
  }

  /** An image says twice that it is ready: once before the server that stays. */
  private static GenericContainer<?> started() {
    GenericContainer<?> server =
        new GenericContainer<>(IMAGE)
            .withEnv("POSTGRES_HOST_AUTH_METHOD", "trust")
            .withCommand("-c", "fsync=off")
            .withExposedPorts(PORT)
            .waitingFor(
                Wait.forLogMessage(".*ready to accept connections.*\\n", 2)
                    .withStartupTimeout(Duration.ofMinutes(3)));
    try {
      server.start();
      return server;
    } catch (ContainerLaunchException cannot) {
      server.close();
      return RealPart.missing("real part not found: no container of " + IMAGE + ": " + cannot);
    }
  }

  private static void assertContracts() {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(selectPackage("io.gridfleet.lb.store"))
                .filters(
                    includeEngines("junit-jupiter"),
                    ClassNameFilter.includeClassNamePatterns(".*ContractTest"))
                .build(),
            listener);
    TestExecutionSummary summary = listener.getSummary();
    summary.printFailuresTo(new PrintWriter(System.out, true), 12);
    System.out.printf(
        "contracts with PostgreSQL in a container of %s: %d passed, %d failed%n",
        IMAGE, summary.getTestsSucceededCount(), summary.getTestsFailedCount());
    assertThat(summary.getFailures()).isEmpty();
    assertThat(summary.getTestsSucceededCount()).isGreaterThan(100);
  }
}
