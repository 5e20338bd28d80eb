package io.gridfleet.lb.config;

import io.gridfleet.lb.config.Yaml.Mapping;
import io.gridfleet.lb.config.Yaml.Sequence;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The lines of the sections that stand in lists, such as {@code nodes[2].devices[0]}. The lines of
 * single values aren't kept: an inventory has hundreds of thousands.
 */
public final class KeyLines {
  private final Section root;

  /** A section or a list with its line, and the sections in its lists; null for none. */
  private record Section(int line, Map<String, List<Section>> lists) {}

  KeyLines(Mapping tree) {
    this.root = section(tree);
  }

  private static Section section(Mapping mapping) {
    Map<String, List<Section>> lists = new HashMap<>();
    mapping
        .members()
        .forEach(
            (name, member) -> {
              List<Section> sections = sections(member.value());
              if (sections != null) {
                lists.put(name, sections);
              }
            });
    return new Section(mapping.place().line(), lists.isEmpty() ? Map.of() : Map.copyOf(lists));
  }

  private static @Nullable List<Section> sections(Yaml value) {
    boolean hasSections =
        value instanceof Sequence list && list.items().stream().anyMatch(Mapping.class::isInstance);
    return hasSections
        ? ((Sequence) value)
            .items().stream()
                .map(
                    item ->
                        item instanceof Mapping mapping
                            ? section(mapping)
                            : new Section(item.place().line(), Map.of()))
                .toList()
        : null;
  }

  /**
   * The line of a section in a list, or that of the nearest section around it.
   *
   * @param key such as {@code nodes[2].devices[0]}
   * @return from 1; 0 where it wasn't written in a file
   */
  public int of(String key) {
    Section at = root;
    for (String step : key.split("\\.", -1)) {
      int opens = step.indexOf('[');
      List<Section> list =
          at.lists().getOrDefault(opens < 0 ? step : step.substring(0, opens), List.of());
      int index = opens < 0 ? -1 : Integer.parseInt(step.substring(opens + 1, step.length() - 1));
      if (index < 0 || index >= list.size()) {
        return at.line();
      }
      at = list.get(index);
    }
    return at.line();
  }
}
