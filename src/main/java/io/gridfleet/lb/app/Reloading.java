package io.gridfleet.lb.app;

import io.gridfleet.lb.config.FolderWatch;
import java.io.IOException;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the inventory again when its files change, or on SIGHUP. */
final class Reloading implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Reloading.class);

  private final @Nullable FolderWatch watch;

  private Reloading(@Nullable FolderWatch watch) {
    this.watch = watch;
  }

  static Reloading start(GridFleetConfig config, Runnable reload) {
    onHangUp(reload);
    try {
      return new Reloading(FolderWatch.start(config.inventory().files(), reload));
    } catch (IOException cantWatch) {
      log.warn("inventory files can't be watched, SIGHUP works: {}", cantWatch.getMessage());
      return new Reloading(null);
    }
  }

  /** By reflection: the JDK has it in every build, but javac warns of it in each of ours. */
  private static void onHangUp(Runnable reload) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object reloading =
          Proxy.newProxyInstance(
              Reloading.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                reload.run();
                return null;
              });
      Object hangUp = signal.getConstructor(String.class).newInstance("HUP");
      signal.getMethod("handle", signal, handler).invoke(null, hangUp, reloading);
    } catch (ReflectiveOperationException | IllegalArgumentException noSuchSignal) {
      log.debug("there is no SIGHUP here: {}", noSuchSignal.toString());
    }
  }

  @Override
  public void close() {
    if (watch != null) {
      try {
        watch.close();
      } catch (IOException alreadyClosed) {
        log.debug("watching ended: {}", alreadyClosed.getMessage());
      }
    }
  }
}
