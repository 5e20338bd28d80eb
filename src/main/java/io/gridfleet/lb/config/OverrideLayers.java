package io.gridfleet.lb.config;

import io.gridfleet.lb.config.RecordShape.Part;
import io.gridfleet.lb.config.Yaml.Mapping;
import io.gridfleet.lb.config.Yaml.Member;
import io.gridfleet.lb.config.Yaml.Scalar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Applies single values of the environment and the command line to the tree of a file. */
final class OverrideLayers {
  private static final String PREFIX = "GRIDFLEET_LB_";

  /** Read elsewhere: the name of the file itself. */
  private static final Set<String> NOT_KEYS = Set.of(PREFIX + "CONFIG");

  private final Class<?> type;

  OverrideLayers(Class<?> type) {
    this.type = type;
  }

  Mapping withEnvironment(
      Mapping file, Map<String, String> environment, Consumer<ConfigProblem> warnings) {
    Map<String, String> paths = variables();
    Mapping tree = file;
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      String path = paths.get(variable.getKey());
      SourceLocation place = SourceLocation.outside("environment variable " + variable.getKey());
      if (path != null) {
        tree = with(tree, path, new Scalar(place, variable.getValue(), true));
      } else if (variable.getKey().startsWith(PREFIX) && !NOT_KEYS.contains(variable.getKey())) {
        warnings.accept(ConfigProblem.at(place, "names no key" + hint(variable.getKey(), paths)));
      }
    }
    return tree;
  }

  /** The prefix that all have in common doesn't count for similarity. */
  private static String hint(String variable, Map<String, String> paths) {
    List<String> names =
        paths.keySet().stream().map(name -> name.substring(PREFIX.length())).toList();
    return NearestName.of(variable.substring(PREFIX.length()), names)
        .map(name -> "; did you mean '" + PREFIX + name + "'?")
        .orElse("");
  }

  /** Every key that a single value can set, by the name of its environment variable. */
  Map<String, String> variables() {
    Map<String, String> paths = new LinkedHashMap<>();
    variables(type, "", paths);
    return paths;
  }

  private static void variables(Class<?> record, String prefix, Map<String, String> paths) {
    RecordShape shape = RecordShape.of(record);
    for (Part part : shape.parts()) {
      String path = prefix + part.name();
      boolean section = part.type().isRecord() && !Scalars.isScalar(part.type());
      if (section) {
        variables(part.type(), path + ".", paths);
      }
      if (!section || RecordShape.of(part.type()).shorthand().isPresent()) {
        paths.put(PREFIX + upper(path), path);
      }
    }
  }

  /** {@code newSession.maxWait} is {@code NEW_SESSION_MAX_WAIT}. */
  private static String upper(String path) {
    return path.replaceAll("([a-z0-9])([A-Z])", "$1_$2").replace('.', '_').toUpperCase(Locale.ROOT);
  }

  /** Returns the tree with this value if the key is absent. */
  Mapping withUnlessSaid(Mapping tree, String path, Scalar value) {
    Yaml at = tree;
    for (String step : path.split("\\.", -1)) {
      Member member = at instanceof Mapping section ? section.members().get(step) : null;
      if (member == null) {
        return at instanceof Mapping ? with(tree, path, value) : tree;
      }
      at = member.value();
    }
    return tree;
  }

  Mapping with(Mapping tree, String path, Scalar value) {
    return with(type, tree, new ArrayList<>(List.of(path.split("\\.", -1))), value);
  }

  private static Mapping with(Class<?> record, Mapping tree, List<String> path, Scalar value) {
    RecordShape shape = RecordShape.of(record);
    Part part =
        shape
            .part(path.get(0))
            .orElseThrow(() -> new IllegalArgumentException("no key " + path.get(0)));
    boolean section = part.type().isRecord() && !Scalars.isScalar(part.type());
    if (!section) {
      return tree.with(part.name(), new Member(value.place(), value));
    }
    List<String> rest =
        path.size() > 1
            ? path.subList(1, path.size())
            : List.of(RecordShape.of(part.type()).shorthand().orElseThrow().name());
    Mapping inner = inner(part, tree, value.place());
    return tree.with(part.name(), new Member(value.place(), with(part.type(), inner, rest, value)));
  }

  /** The section at this place; a single value there becomes one. */
  private static Mapping inner(Part part, Mapping tree, SourceLocation place) {
    Member member = tree.members().get(part.name());
    if (member == null) {
      return Mapping.empty(place);
    }
    if (member.value() instanceof Mapping mapping) {
      return mapping;
    }
    Mapping section = Mapping.empty(member.value().place());
    return RecordShape.of(part.type())
        .shorthand()
        .map(shorthand -> section.with(shorthand.name(), member))
        .orElse(section);
  }
}
