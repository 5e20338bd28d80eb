package io.gridfleet.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Three replicas, nodes and their PostgreSQL are killed, frozen and restarted at random under load.
 * {@code -Dgridfleet.chaos.seconds} makes it longer, {@code -Dgridfleet.chaos.seed} repeats a
 * schedule.
 */
final class ChaosIT {
  /** Ten for a device: most of them wait. */
  private static final int CLIENTS = 300;

  private static final Duration QUIET = Duration.ofSeconds(60);

  @Test
  void nothingIsLostAndNothingIsDoubledWhateverDies() throws Exception {
    int seconds = Integer.getInteger("gridfleet.chaos.seconds", 60);
    long seed = Long.getLong("gridfleet.chaos.seed", System.nanoTime());
    System.out.println("chaos: seed " + seed + ", " + seconds + " s, " + CLIENTS + " clients");
    try (Cluster cluster = Cluster.withOwnPostgres(3, 6, 5).start();
        Clients clients = new Clients(cluster.balancer().url(), CLIENTS, seed).start();
        Saboteurs saboteurs = new Saboteurs(cluster, Duration.ofSeconds(seconds)).start(seed)) {
      saboteurs.finish();
      clients.stop();

      report(cluster, clients, saboteurs.injected());
      clients.lost.keySet().removeAll(cluster.endedByNodes());
      assertThat(clients.lost).as("sessions that a client was given and then lost").isEmpty();
      assertThat(clients.strange).isEmpty();
      cluster.fleet().assertNoDeviceWasShared();
      cluster.assertNoCommandWasExecutedTwice();
      cluster.assertEverythingIsFreeWithin(QUIET);
      cluster.fleet().assertNoDeviceWasShared();
      assertThat(clients.served.get()).as("the lab worked on").isGreaterThan(seconds * 5);
    }
  }

  private static void report(Cluster cluster, Clients clients, Map<String, Integer> injected) {
    int faults = injected.values().stream().mapToInt(Integer::intValue).sum();
    System.out.println("chaos: " + faults + " faults injected " + injected);
    System.out.printf(
        "chaos: %d sessions served, %d created on nodes, %d commands, %d of them failed,"
            + " %d connections lost, slowest answer %d ms%n",
        clients.served.get(),
        cluster.sessionsCreated(),
        clients.commands.get(),
        clients.commandsFailed.get(),
        clients.connectionsLost.get(),
        clients.slowestMillis.get());
    System.out.println("chaos: commands failed " + clients.failures);
    System.out.println("chaos: refused " + clients.refused);
    System.out.println("chaos: gone, those that ended on their nodes too " + clients.lost);
  }
}
