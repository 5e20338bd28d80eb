package io.gridfleet.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.Operation;
import io.gridfleet.lb.simulator.SimulatedNode;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Three replicas, nodes and their PostgreSQL are killed, frozen and restarted at random under load.
 * {@code -Dgridfleet.chaos.seconds} makes it longer, {@code -Dgridfleet.chaos.seed} repeats a
 * schedule.
 */
final class ChaosIT {
  private static final int CLIENTS = 60;

  /** A node that never answers a creation is listened to for twice its 10 s and a minute. */
  private static final Duration QUIET = Duration.ofSeconds(120);

  private final Map<String, Integer> injected = new TreeMap<>();
  private final Set<String> sessionsOfDeadNodes = new HashSet<>();

  @Test
  void nothingIsLostAndNothingIsDoubledWhateverDies() throws Exception {
    int seconds = Integer.getInteger("gridfleet.chaos.seconds", 60);
    long seed = Long.getLong("gridfleet.chaos.seed", System.nanoTime());
    System.out.println("chaos: seed " + seed + ", " + seconds + " s");
    Random random = new Random(seed);
    try (Cluster cluster = Cluster.start(3, 6, 5);
        Clients clients = new Clients(cluster.balancer().url(), CLIENTS, seed).start()) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      while (System.nanoTime() < end) {
        act(cluster, random);
        pause(200 + random.nextInt(1_000));
      }
      cluster.fleet().nodes().forEach(node -> node.faults().clear());
      clients.stop();

      report(cluster, clients);
      Set<String> excused = new HashSet<>(cluster.endedByNodes());
      excused.addAll(sessionsOfDeadNodes);
      clients.lost.keySet().removeAll(excused);
      assertThat(clients.lost).as("sessions that a client was given and then lost").isEmpty();
      assertThat(clients.strange).isEmpty();
      cluster.fleet().assertNoDeviceWasShared();
      cluster.assertNoCommandWasExecutedTwice();
      cluster.assertEverythingIsFreeWithin(QUIET);
      cluster.fleet().assertNoDeviceWasShared();
      assertThat(clients.served.get()).as("the lab worked on").isGreaterThan(seconds * 5);
    }
  }

  private void act(Cluster cluster, Random random) throws Exception {
    Replica replica = cluster.replica(1 + random.nextInt(3));
    SimulatedNode node = cluster.fleet().node(1 + random.nextInt(6));
    switch (random.nextInt(12)) {
      case 0, 1 -> {
        count("replica killed");
        replica.kill();
        pause(500 + random.nextInt(2_000));
        replica.startAndAwaitReady();
      }
      case 2, 3 -> {
        count("replica frozen");
        replica.freeze();
        pause(500 + random.nextInt(9_000));
        replica.thaw();
      }
      case 4 -> {
        count("replica stopped by SIGTERM");
        replica.terminate(Duration.ofSeconds(30));
        replica.startAndAwaitReady();
      }
      case 5 -> {
        count("node died");
        node.liveSessions().forEach(live -> sessionsOfDeadNodes.add(live.id()));
        node.die();
        pause(random.nextInt(3_000));
        node.comeBack();
      }
      case 6 -> {
        count("PostgreSQL stopped");
        cluster.postgres().stop();
        pause(random.nextInt(3_000));
        cluster.postgres().startAgain();
      }
      case 7 -> fault(node, Operation.NEW_SESSION, new Fault.DropAfterWork());
      case 8 ->
          fault(
              node,
              Operation.NEW_SESSION,
              new Fault.Late(Duration.ofMillis(500 + random.nextInt(12_000))));
      case 9 -> fault(node, Operation.NEW_SESSION, Fault.sessionNotCreated("no boot"));
      case 10 -> fault(node, Operation.NEW_SESSION, new Fault.Stall());
      default -> fault(node, Operation.COMMAND, new Fault.DropAfterRequest());
    }
  }

  private void fault(SimulatedNode node, Operation operation, Fault fault) {
    count(operation + " " + fault.getClass().getSimpleName());
    node.faults().next(2, operation, fault);
  }

  private void count(String what) {
    injected.merge(what, 1, Integer::sum);
  }

  private static void pause(int millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private void report(Cluster cluster, Clients clients) {
    System.out.println("chaos: injected " + injected);
    System.out.printf(
        "chaos: %d sessions served, %d created on nodes, %d commands, %d failed by a fault of the"
            + " node, %d connections lost, slowest answer %d ms%n",
        clients.served.get(),
        cluster.sessionsCreated(),
        clients.commands.get(),
        clients.commandsFailed.get(),
        clients.connectionsLost.get(),
        clients.slowestMillis.get());
    System.out.println("chaos: refused " + clients.refused);
    System.out.println("chaos: lost " + clients.lost);
  }
}
