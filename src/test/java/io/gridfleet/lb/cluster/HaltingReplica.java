package io.gridfleet.lb.cluster;

import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.app.wiring.GridFleetLb;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.newsession.NewSessionListener;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * The server in a process that halts when one of its new session requests first reaches a point:
 * without hooks or flushes, as after {@code kill -9}.
 */
final class HaltingReplica {
  private static final int KILLED = 137;

  private HaltingReplica() {}

  /** Configuration, address, and the method of {@link NewSessionListener} to halt in. */
  public static void main(String[] arguments) throws Exception {
    GridFleetLb server =
        new GridFleetLb(
            ConfigLoader.of(GridFleetConfig.class)
                .flags(Map.of("listen", arguments[1]))
                .file(Path.of(arguments[0]))
                .load()
                .value());
    server.listen(haltingAt(arguments[2]));
    server.start();
    new CountDownLatch(1).await();
  }

  private static NewSessionListener haltingAt(String point) {
    return (NewSessionListener)
        Proxy.newProxyInstance(
            NewSessionListener.class.getClassLoader(),
            new Class<?>[] {NewSessionListener.class},
            (proxy, method, values) -> {
              if (method.getName().equals(point)) {
                Runtime.getRuntime().halt(KILLED);
              }
              return null;
            });
  }
}
