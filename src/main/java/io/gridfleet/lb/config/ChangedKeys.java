package io.gridfleet.lb.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The keys whose values differ between two configurations. */
public final class ChangedKeys {
  private ChangedKeys() {}

  /** Keys such as {@code router.drain}, in the order of the reference; a list is one key. */
  public static <T extends Record> List<String> between(T before, T after) {
    List<String> keys = new ArrayList<>();
    compare(before, after, "", keys);
    return List.copyOf(keys);
  }

  private static void compare(Record before, Record after, String prefix, List<String> keys) {
    for (RecordComponent component : before.getClass().getRecordComponents()) {
      Object old = value(component, before);
      Object now = value(component, after);
      String key = prefix + component.getName();
      boolean section = component.getType().isRecord() && !Scalars.isScalar(component.getType());
      if (section && old instanceof Record oldSection && now instanceof Record newSection) {
        compare(oldSection, newSection, key + ".", keys);
      } else if (!Objects.equals(old, now)) {
        keys.add(key);
      }
    }
  }

  private static @Nullable Object value(RecordComponent component, Record record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(record.getClass() + " must be public", e);
    }
  }
}
