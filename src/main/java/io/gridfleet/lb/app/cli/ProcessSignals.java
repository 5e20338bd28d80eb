package io.gridfleet.lb.app.cli;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals of the operating system. By reflection: the JDK has {@code sun.misc.Signal} in every
 * build, but javac warns about each use.
 */
final class ProcessSignals {
  private static final Logger log = LoggerFactory.getLogger(ProcessSignals.class);

  private ProcessSignals() {}

  /**
   * Runs this each time the signal arrives, on a thread of the signal's own.
   *
   * @param name such as {@code TERM}
   * @return whether the signal can be handled here: Windows lacks some, {@code -Xrs} keeps others
   */
  static boolean on(String name, Runnable work) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object handling =
          Proxy.newProxyInstance(
              ProcessSignals.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                work.run();
                return null;
              });
      Object wanted = signal.getConstructor(String.class).newInstance(name);
      signal.getMethod("handle", signal, handler).invoke(null, wanted, handling);
      return true;
    } catch (ReflectiveOperationException | IllegalArgumentException noSuchSignal) {
      log.debug("SIG{} can't be handled here: {}", name, noSuchSignal.toString());
      return false;
    }
  }
}
