package io.gridfleet.lb.listener;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls listeners so that a failure of one affects neither the caller nor the others: what a
 * listener throws is logged with its class and the event, and the next one is called.
 */
public final class IsolatedListeners {
  private static final Logger log = LoggerFactory.getLogger(IsolatedListeners.class);

  private IsolatedListeners() {}

  /** One listener, isolated. */
  public static <T> T of(Class<T> type, T listener) {
    return of(type, List.of(listener));
  }

  /**
   * All listeners as one that never throws, in order.
   *
   * @param type a public interface whose methods return nothing
   * @param listeners may be added to later, if it is a list for that
   */
  public static <T> T of(Class<T> type, List<? extends T> listeners) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (method.getDeclaringClass() == Object.class) {
                return identity(proxy, method, arguments);
              }
              listeners.forEach(listener -> call(listener, method, arguments));
              return null;
            }));
  }

  private static void call(Object listener, Method method, Object @Nullable [] arguments) {
    try {
      method.invoke(listener, arguments);
    } catch (InvocationTargetException thrown) {
      if (thrown.getCause() instanceof VirtualMachineError fatal) {
        throw fatal;
      }
      log.error(
          "listener {} failed on event {}",
          listener.getClass().getName(),
          method.getName(),
          thrown.getCause());
    } catch (IllegalAccessException mistake) {
      throw new IllegalStateException(method + " isn't public", mistake);
    }
  }

  private static Object identity(Object proxy, Method method, Object @Nullable [] arguments) {
    return switch (method.getName()) {
      case "equals" -> arguments != null && proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      default -> "isolated listeners";
    };
  }
}
