package io.gridfleet.lb.config;

import io.gridfleet.lb.config.Yaml.Mapping;
import io.gridfleet.lb.config.Yaml.Member;
import io.gridfleet.lb.config.Yaml.Sequence;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Collects the problems that a record finds in its own values, with their places. */
public final class ConstraintErrors {
  private final Mapping section;
  private final String path;
  private final Consumer<ConfigProblem> problems;
  private final UnaryOperator<@Nullable String> environment;

  ConstraintErrors(
      Mapping section,
      String path,
      Consumer<ConfigProblem> problems,
      UnaryOperator<@Nullable String> environment) {
    this.section = section;
    this.path = path;
    this.problems = problems;
    this.environment = environment;
  }

  /**
   * Adds a problem.
   *
   * @param key relative to the record, such as {@code maxWait} or {@code nodes[2].id}; empty for
   *     the record itself
   * @param words follow the quoted key: "must be …"
   */
  public void at(String key, String words) {
    String whole = path.isEmpty() ? key : key.isEmpty() ? path : path + "." + key;
    String subject = whole.isEmpty() ? "" : "'" + whole + "' ";
    problems.accept(ConfigProblem.at(place(section, key), subject + words));
  }

  /** The value of an environment variable, for keys that name one. */
  public Optional<String> environment(String name) {
    return Optional.ofNullable(environment.apply(name));
  }

  /** The line of a key of the record; 0 where it wasn't written in a file. */
  public int line(String key) {
    return place(section, key).line();
  }

  /** The place of the key; where it isn't written, that of the nearest thing around it. */
  static SourceLocation place(Mapping section, String key) {
    SourceLocation place = section.place();
    Yaml at = section;
    for (String step : key.replace("[", ".[").split("\\.", -1)) {
      Yaml next = null;
      if (step.startsWith("[") && at instanceof Sequence list) {
        next = list.items().get(Integer.parseInt(step.substring(1, step.length() - 1)));
      } else if (at instanceof Mapping mapping) {
        Member member = mapping.members().get(step);
        next = member == null ? null : member.value();
      }
      if (next == null) {
        return place;
      }
      place = next.place();
      at = next;
    }
    return place;
  }
}
