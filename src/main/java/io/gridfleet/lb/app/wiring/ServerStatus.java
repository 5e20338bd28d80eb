package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.api.ServerHealth;
import io.gridfleet.lb.app.ProgramVersion;
import io.gridfleet.lb.app.lab.LabState;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.distributor.DeviceView;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.documents.Overview;
import io.gridfleet.lb.node.NodeHealth;
import io.gridfleet.lb.node.NodeProbes;
import io.gridfleet.lb.store.sql.SqlStore;
import java.util.Collection;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Whether this server can serve a new session, and the figures of its overview page. Any thread; it
 * has no state of its own.
 *
 * @param stopping whether the server is stopping
 */
record ServerStatus(
    SqlStore store,
    LabState lab,
    NodeProbes probes,
    Inventory inventory,
    Distributor distributor,
    BooleanSupplier stopping)
    implements ServerHealth {

  /** Why no new session could be served now; empty when one could. */
  Optional<String> unready() {
    if (stopping.getAsBoolean()) {
      return Optional.of("this server is stopping");
    }
    if (!storeAnswers()) {
      return Optional.of("the store can't be reached");
    }
    return lab.inService() ? Optional.empty() : Optional.of("no device is in service");
  }

  /** Reads every device: not for event loops. */
  Overview overview() {
    Collection<NodeHealth> nodes = probes.health().values();
    return new Overview(
        version(),
        unready(),
        (int) nodes.stream().filter(node -> node.state() != NodeHealth.State.DOWN).count(),
        nodes.size(),
        inventory.devices().size(),
        distributor.states().stream().mapToInt(ServerStatus::sessions).sum(),
        distributor.queueLength());
  }

  private static int sessions(DeviceView device) {
    return (int)
        device.locks().stream().filter(lock -> lock.kind() == HeldLock.Kind.SESSION).count();
  }

  @Override
  public boolean ready() {
    return unready().isEmpty();
  }

  @Override
  public boolean storeAnswers() {
    return store.isUp();
  }

  @Override
  public String version() {
    return ProgramVersion.text();
  }
}
