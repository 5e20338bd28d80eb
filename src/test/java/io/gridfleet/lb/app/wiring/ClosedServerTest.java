package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.lab.Lab;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;

/** A closed server leaves nothing registered with the JVM, which would keep all of its memory. */
final class ClosedServerTest {
  private static WeakReference<GridFleetLb> closed() throws Exception {
    String text = "{listen: '127.0.0.1:0', store: {address: 'sqlite::memory:'}, nodes: []}";
    GridFleetLb server =
        new GridFleetLb(ConfigLoader.of(GridFleetConfig.class).text("lab", text).load().value());
    server.start();
    server.close();
    return new WeakReference<>(server);
  }

  @Test
  void isCollected() throws Exception {
    WeakReference<GridFleetLb> server = closed();

    Lab.until(
        "collected",
        () -> {
          System.gc();
          return server.refersTo(null);
        });
  }
}
