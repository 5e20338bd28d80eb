package io.gridfleet.lb.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The keys of a configuration record, in their order. */
final class RecordShape {
  /** One key. */
  record Part(String name, Class<?> type, Type generic, Key key) {}

  private final Class<?> record;
  private final Map<String, Part> parts = new LinkedHashMap<>();

  private RecordShape(Class<?> record) {
    this.record = record;
    for (RecordComponent component : record.getRecordComponents()) {
      Key key = component.getAnnotation(Key.class);
      if (key == null) {
        throw new IllegalArgumentException(record + " has no @Key on " + component.getName());
      }
      Part part =
          new Part(component.getName(), component.getType(), component.getGenericType(), key);
      parts.put(part.name(), part);
    }
  }

  static RecordShape of(Class<?> record) {
    return new RecordShape(record);
  }

  List<Part> parts() {
    return List.copyOf(parts.values());
  }

  Set<String> names() {
    return parts.keySet();
  }

  Optional<Part> part(String name) {
    return Optional.ofNullable(parts.get(name));
  }

  Optional<Part> shorthand() {
    return parts.values().stream().filter(part -> part.key().shorthand()).findFirst();
  }

  /** The record of these values, in the order of the parts. */
  Object make(List<Object> values) {
    List<Class<?>> types = new ArrayList<>();
    parts.values().forEach(part -> types.add(part.type()));
    try {
      return record
          .getDeclaredConstructor(types.toArray(Class<?>[]::new))
          .newInstance(values.toArray());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw refused;
      }
      throw new IllegalStateException(record + " can't be made", e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(record + " must be public, with a public constructor", e);
    }
  }
}
