package io.gridfleet.lb.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.store.StoreListener;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class CompositeListenerTest {

  /** A method that isn't forwarded would be the interface's own, which does nothing. */
  @Test
  void everyEventOfTheStoreIsForwarded() throws ReflectiveOperationException {
    List<String> received = new ArrayList<>();
    StoreListener counting =
        (StoreListener)
            Proxy.newProxyInstance(
                StoreListener.class.getClassLoader(),
                new Class<?>[] {StoreListener.class},
                (proxy, method, arguments) -> {
                  received.add(method.getName());
                  return null;
                });
    StoreListener composite = new CompositeListener.OfStore(counting, (session, reason) -> {});
    List<Method> events =
        Stream.of(StoreListener.class.getMethods())
            .filter(method -> !Modifier.isStatic(method.getModifiers()))
            .toList();

    for (Method event : events) {
      call(composite, event);
    }

    assertThat(received)
        .containsExactlyInAnyOrderElementsOf(events.stream().map(Method::getName).toList())
        .contains("deferredWriteDropped");
  }

  private static void call(StoreListener listener, Method event)
      throws IllegalAccessException, InvocationTargetException {
    Object[] arguments =
        Stream.of(event.getParameterTypes())
            .map(type -> type == boolean.class ? false : type == int.class ? (Object) 1 : null)
            .toArray();
    event.invoke(listener, arguments);
  }
}
