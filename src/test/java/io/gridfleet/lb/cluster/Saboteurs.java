package io.gridfleet.lb.cluster;

import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeOperation;
import io.gridfleet.lb.simulator.SimulatedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Three threads that inject faults until their time is over, each by a schedule of its own that the
 * seed repeats: one stops replicas, one the store, one makes nodes misbehave. What they stopped is
 * running again when they have finished.
 */
final class Saboteurs implements AutoCloseable {
  private final Cluster cluster;
  private volatile long end;
  private final Map<String, Integer> injected = new TreeMap<>();
  private final ExecutorService hands = Executors.newCachedThreadPool();
  private final List<Future<?>> work = new ArrayList<>();

  Saboteurs(Cluster cluster, Duration howLong) {
    this.cluster = cluster;
    this.end = System.nanoTime() + howLong.toNanos();
  }

  private interface Act {
    void begin(Random random) throws Exception;
  }

  Saboteurs start(long seed) {
    hand(new Random(seed), 1_500, this::replica);
    hand(new Random(seed + 1), 20_000, this::store);
    hand(new Random(seed + 2), 1_500, this::node);
    return this;
  }

  private void hand(Random random, int mostMillisBetween, Act act) {
    work.add(
        hands.submit(
            () -> {
              pause(random.nextInt(mostMillisBetween));
              while (System.nanoTime() - end < 0) {
                act.begin(random);
                pause(200 + random.nextInt(mostMillisBetween));
              }
              return null;
            }));
  }

  /** Returns when everything is running again; fails if one of them failed. */
  void finish() throws Exception {
    for (Future<?> each : work) {
      each.get();
    }
    cluster.fleet().nodes().forEach(node -> node.faults().clear());
  }

  private void replica(Random random) throws Exception {
    ReplicaProcess replica = cluster.replica(1 + random.nextInt(cluster.replicas().size()));
    switch (random.nextInt(5)) {
      case 0, 1 -> {
        count("replica killed");
        replica.kill();
        pause(random.nextInt(1_500));
        replica.startAndAwaitReady();
      }
      case 2, 3 -> {
        count("replica frozen");
        replica.freeze();
        pause(500 + random.nextInt(9_000));
        replica.thaw();
      }
      default -> {
        count("replica stopped by SIGTERM");
        replica.terminate(Duration.ofSeconds(40));
        replica.startAndAwaitReady();
      }
    }
  }

  private void store(Random random) throws Exception {
    pause(3_000);
    count("PostgreSQL stopped");
    cluster.postgres().stop();
    pause(random.nextInt(4_000));
    cluster.postgres().startAgain();
  }

  private void node(Random random) {
    SimulatedNode node = cluster.fleet().node(1 + random.nextInt(cluster.fleet().nodes().size()));
    switch (random.nextInt(8)) {
      case 0 -> {
        count("node died");
        node.die();
        pause(random.nextInt(3_000));
        node.comeBack();
      }
      case 1 -> fault(node, NodeOperation.NEW_SESSION, new Fault.DropAfterWork());
      case 2 -> fault(node, NodeOperation.NEW_SESSION, late(random));
      case 3 -> fault(node, NodeOperation.NEW_SESSION, Fault.sessionNotCreated("no boot"));
      case 4 -> fault(node, NodeOperation.NEW_SESSION, new Fault.Stall());
      case 5 -> fault(node, NodeOperation.NEW_SESSION, new Fault.DropMidBody());
      case 6 -> fault(node, NodeOperation.END_SESSION, new Fault.DropAfterRequest());
      default -> fault(node, NodeOperation.COMMAND, new Fault.DropAfterRequest());
    }
  }

  private static Fault late(Random random) {
    return new Fault.Late(Duration.ofMillis(500 + random.nextInt(12_000)));
  }

  private void fault(SimulatedNode node, NodeOperation operation, Fault fault) {
    count(operation + " " + fault.getClass().getSimpleName());
    node.faults().next(2, operation, fault);
  }

  private synchronized void count(String what) {
    injected.merge(what, 1, Integer::sum);
  }

  /** How often what was done. */
  synchronized Map<String, Integer> injected() {
    return new TreeMap<>(injected);
  }

  private static void pause(int millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /** No thread is interrupted in the middle of a fault: what it stopped would stay stopped. */
  @Override
  public void close() throws InterruptedException {
    end = System.nanoTime();
    hands.shutdown();
    hands.awaitTermination(1, TimeUnit.MINUTES);
  }
}
