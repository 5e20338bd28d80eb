package io.gridfleet.lb.config;

import io.gridfleet.lb.config.RecordShape.Part;
import io.gridfleet.lb.config.Yaml.Mapping;
import io.gridfleet.lb.config.Yaml.Member;
import io.gridfleet.lb.config.Yaml.Scalar;
import io.gridfleet.lb.config.Yaml.Sequence;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Builds records from a YAML tree. A value that can't be converted is null and its problem is
 * recorded; the rest is still read, so that one reading finds all problems.
 */
final class Binder {
  /** Keys of a document with this prefix are ignored: a place for anchors. */
  private static final String OWN = "x-";

  private final Consumer<ConfigProblem> problems;
  private final UnaryOperator<@Nullable String> environment;

  Binder(Consumer<ConfigProblem> problems, UnaryOperator<@Nullable String> environment) {
    this.problems = problems;
    this.environment = environment;
  }

  @Nullable Object record(Class<?> type, Yaml node, String path) {
    RecordShape shape = RecordShape.of(type);
    Mapping section = section(shape, node, path);
    if (section == null) {
      return null;
    }
    unknown(shape, section, path);
    List<Object> values = new ArrayList<>();
    for (Part part : shape.parts()) {
      Object value = value(part, section, path);
      if (value != null) {
        values.add(value);
      }
    }
    return values.size() == shape.parts().size() ? made(shape, values, section, path) : null;
  }

  private @Nullable Object made(
      RecordShape shape, List<Object> values, Mapping section, String path) {
    ConstraintErrors complaints = new ConstraintErrors(section, path, problems, environment);
    try {
      Object made = shape.make(values);
      if (made instanceof ValidatedConfig checked) {
        checked.check(complaints);
      }
      return made;
    } catch (IllegalArgumentException e) {
      complaints.at("", String.valueOf(e.getMessage()));
      return null;
    }
  }

  private @Nullable Mapping section(RecordShape shape, Yaml node, String path) {
    if (node instanceof Mapping mapping) {
      return mapping;
    }
    if (node instanceof Scalar scalar) {
      if (scalar.isNull()) {
        return Mapping.empty(node.place());
      }
      Optional<Part> shorthand = shape.shorthand();
      if (shorthand.isPresent()) {
        return Mapping.empty(node.place())
            .with(shorthand.get().name(), new Member(node.place(), scalar));
      }
    }
    problem(node, path, "must be a section with keys, not " + node.kind());
    return null;
  }

  private void unknown(RecordShape shape, Mapping section, String path) {
    section
        .members()
        .forEach(
            (name, member) -> {
              boolean own = path.isEmpty() && name.startsWith(OWN);
              if (shape.part(name).isEmpty() && !own) {
                String where = path.isEmpty() ? "" : " in '" + path + "'";
                problems.accept(
                    ConfigProblem.at(
                        member.key(),
                        "unknown key '"
                            + name
                            + "'"
                            + where
                            + NearestName.hint(name, shape.names())));
              }
            });
  }

  private @Nullable Object value(Part part, Mapping section, String path) {
    Member member = section.members().get(part.name());
    String inner = path.isEmpty() ? part.name() : path + "." + part.name();
    if (member == null || isNull(member.value())) {
      return fallback(part, section, inner);
    }
    return of(part.generic(), part.key(), member.value(), inner);
  }

  private static boolean isNull(Yaml node) {
    return node instanceof Scalar scalar && scalar.isNull();
  }

  private @Nullable Object fallback(Part part, Mapping section, String path) {
    if (!part.key().fallback().equals(Key.NO_FALLBACK)) {
      Scalar written = new Scalar(section.place(), part.key().fallback(), true);
      return of(part.generic(), part.key(), written, path);
    }
    Class<?> type = part.type();
    if (type == Optional.class) {
      return Optional.empty();
    }
    if (type == OptionalInt.class) {
      return OptionalInt.empty();
    }
    if (type == List.class) {
      return List.of();
    }
    if (type == Map.class) {
      return Map.of();
    }
    if (type.isRecord() && !Scalars.isScalar(type)) {
      return record(type, Mapping.empty(section.place()), path);
    }
    problem(section, path, "is missing");
    return null;
  }

  private @Nullable Object of(Type type, Key key, Yaml node, String path) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType() == Optional.class) {
        Object value = of(arguments[0], key, node, path);
        return value == null ? null : Optional.of(value);
      }
      return generic.getRawType() == List.class
          ? list(arguments[0], key, node, path)
          : map(arguments[1], key, node, path);
    }
    if (type == OptionalInt.class) {
      Object value = scalar(int.class, key, node, path);
      return value == null ? null : OptionalInt.of((Integer) value);
    }
    Class<?> plain = (Class<?>) type;
    return plain.isRecord() && !Scalars.isScalar(plain)
        ? record(plain, node, path)
        : scalar(plain, key, node, path);
  }

  private @Nullable Object list(Type type, Key key, Yaml node, String path) {
    List<Yaml> items = items(node);
    if (items == null) {
      problem(node, path, "must be a list, not " + node.kind());
      return null;
    }
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      Object value = of(type, key, items.get(i), path + "[" + i + "]");
      if (value != null) {
        values.add(value);
      }
    }
    return values.size() == items.size() ? List.copyOf(values) : null;
  }

  /** A single value in place of a list is split at its commas. */
  private static @Nullable List<Yaml> items(Yaml node) {
    if (node instanceof Sequence sequence) {
      return sequence.items();
    }
    if (!(node instanceof Scalar scalar)) {
      return null;
    }
    List<Yaml> items = new ArrayList<>();
    for (String item : scalar.text().split(",", -1)) {
      if (!item.isBlank()) {
        items.add(new Scalar(scalar.place(), item.strip(), scalar.plain()));
      }
    }
    return items;
  }

  private @Nullable Object map(Type type, Key key, Yaml node, String path) {
    if (!(node instanceof Mapping mapping)) {
      problem(node, path, "must be a section with keys, not " + node.kind());
      return null;
    }
    if (type == Object.class) {
      return PlainValues.of(mapping);
    }
    Map<String, Object> values = SmallMaps.create(mapping.members().size());
    mapping
        .members()
        .forEach(
            (name, member) -> {
              Object value = of(type, key, member.value(), path + "." + name);
              if (value != null) {
                values.put(name, value);
              }
            });
    return values.size() == mapping.members().size() ? SmallMaps.unmodifiable(values) : null;
  }

  private @Nullable Object scalar(Class<?> type, Key key, Yaml node, String path) {
    if (!(node instanceof Scalar scalar)) {
      problem(node, path, "must be a single value, not " + node.kind());
      return null;
    }
    try {
      Object value = Scalars.parse(type, scalar);
      String outside = Range.outside(type, key, value);
      if (outside.isEmpty()) {
        return value;
      }
      problem(node, path, "must be " + outside + shown(key, scalar));
    } catch (IllegalArgumentException e) {
      problem(node, path, words(String.valueOf(e.getMessage()), shown(key, scalar)));
    }
    return null;
  }

  private static String shown(Key key, Scalar scalar) {
    return key.secret() ? "" : ", not '" + Redacted.text(scalar.text()) + "'";
  }

  /** A message that begins with a capital has an introduction for other readers. */
  private static String words(String message, String shown) {
    int opening = message.indexOf(": ");
    boolean sentence = !message.isEmpty() && Character.isUpperCase(message.charAt(0));
    return sentence && opening > 0
        ? "is wrong: " + message.substring(opening + 2)
        : "must be " + message + shown;
  }

  private void problem(Yaml node, String path, String words) {
    problems.accept(ConfigProblem.at(node.place(), "'" + path + "' " + words));
  }
}
