package io.gridfleet.lb.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The keys of a configuration record, in their order. Found once for each type: an inventory has
 * tens of thousands of records.
 */
final class RecordShape {
  private static final ClassValue<RecordShape> SHAPES =
      new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
          return new RecordShape(type);
        }
      };

  /** One key. */
  record Part(String name, Class<?> type, Type generic, Key key) {}

  private final Class<?> record;
  private final Map<String, Part> byName = new LinkedHashMap<>();
  private final List<Part> parts;
  private final Optional<Part> shorthand;
  private final Constructor<?> constructor;

  private RecordShape(Class<?> record) {
    this.record = record;
    for (RecordComponent component : record.getRecordComponents()) {
      Key key = component.getAnnotation(Key.class);
      if (key == null) {
        throw new IllegalArgumentException(record + " has no @Key on " + component.getName());
      }
      Part part =
          new Part(component.getName(), component.getType(), component.getGenericType(), key);
      byName.put(part.name(), part);
    }
    parts = List.copyOf(byName.values());
    shorthand = parts.stream().filter(part -> part.key().shorthand()).findFirst();
    constructor = constructor(record, parts);
  }

  private static Constructor<?> constructor(Class<?> record, List<Part> parts) {
    try {
      return record.getDeclaredConstructor(parts.stream().map(Part::type).toArray(Class<?>[]::new));
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(record + " has no constructor of its components", e);
    }
  }

  static RecordShape of(Class<?> record) {
    return SHAPES.get(record);
  }

  List<Part> parts() {
    return parts;
  }

  Set<String> names() {
    return byName.keySet();
  }

  Optional<Part> part(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  Optional<Part> shorthand() {
    return shorthand;
  }

  /** The record of these values, in the order of the parts. */
  Object make(List<Object> values) {
    try {
      return constructor.newInstance(values.toArray());
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
