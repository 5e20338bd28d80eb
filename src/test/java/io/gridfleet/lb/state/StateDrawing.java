package io.gridfleet.lb.state;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** A table as a Mermaid state diagram, for the documents. */
public final class StateDrawing {
  private StateDrawing() {}

  /**
   * @return lines that end in a newline, without the fence of a code block; transitions between the
   *     same two states share an arrow
   */
  public static String of(StateTable<?, ?, ?> table) {
    Map<String, StringJoiner> arrows = new LinkedHashMap<>();
    for (StateTable.Transition<?, ?, ?> row : table.transitions()) {
      arrows
          .computeIfAbsent(row.state() + " --> " + row.next(), arrow -> new StringJoiner("<br/>"))
          .add(label(row.event()) + " / " + label(row.effect()));
    }
    StringBuilder drawing = new StringBuilder("stateDiagram-v2\n");
    drawing.append("  [*] --> ").append(table.initial()).append('\n');
    arrows.forEach(
        (arrow, labels) ->
            drawing.append("  ").append(arrow).append(": ").append(labels).append('\n'));
    return drawing.toString();
  }

  private static String label(Object constant) {
    return constant.toString().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
