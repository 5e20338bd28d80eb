package io.gridfleet.lb.ui;

import java.net.URI;
import java.util.HashSet;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Modules in one file: compressed together they take a third less than one by one, and a screen
 * takes fewer requests. The file exports {@code modules}, an object with what each module exports
 * by the module's name.
 *
 * <p>Each module becomes a function that runs once, in the order given, and returns its exports, so
 * that equal names of two modules don't meet. This holds for modules whose imports and exports each
 * begin a line (or end the file, as in minified ones) and whose exports never change their value;
 * others are refused, as is an import of what comes later.
 */
final class UiBundle {
  private static final Pattern IMPORT =
      Pattern.compile("(?m)^import ?(\\{[^}]*\\}|\\w+) ?from ?['\"]([^'\"]+)['\"];");
  private static final Pattern EXPORTED =
      Pattern.compile("(?m)^export ((?:async )?function|class|const) (\\w+)");
  private static final Pattern EXPORTED_LIST =
      Pattern.compile("(?:(?m:^)|(?<=[;}]))export ?\\{([^}]*)\\};?");
  private static final Pattern EXPORTED_DEFAULT =
      Pattern.compile("(?<=[;}])export default (?=function\\()");
  private static final Pattern LEFT =
      Pattern.compile("(?m)^(?:import\\b(?!\\()|export\\b).*|import\\.meta\\.url");
  private static final String DEFAULT = "defaultExport";

  /** The modules that have been added, here or to the file that this one follows. */
  private final Set<String> names = new HashSet<>();

  private final StringBuilder text = new StringBuilder();

  /** The first file of the page: its modules know only each other. */
  static UiBundle first() {
    UiBundle bundle = new UiBundle();
    bundle.text.append("export const modules = {};\n");
    return bundle;
  }

  /**
   * Returns a file whose modules may also import those of this one.
   *
   * @param importedAs this file's name in the import map
   */
  UiBundle next(String importedAs) {
    UiBundle bundle = new UiBundle();
    bundle.names.addAll(names);
    bundle
        .text
        .append("import { modules } from '")
        .append(importedAs)
        .append("';\nexport { modules };\n");
    return bundle;
  }

  /**
   * Adds a module.
   *
   * @param name by which others import it
   */
  void add(String name, String source) {
    StringJoiner exports = new StringJoiner(", ", "return { ", " };\n");
    String body = IMPORT.matcher(source).replaceAll(found -> imported(name, found));
    body = EXPORTED.matcher(body).replaceAll(found -> declared(exports, found));
    body = EXPORTED_LIST.matcher(body).replaceAll(found -> listed(exports, found));
    body = EXPORTED_DEFAULT.matcher(body).replaceAll(found -> asDefault(exports));
    Matcher left = LEFT.matcher(body);
    if (left.find()) {
      throw new IllegalStateException(name + " can't be joined with others: " + left.group());
    }
    if (!names.add(name)) {
      throw new IllegalStateException("two modules are called " + name);
    }
    text.append("modules['").append(name).append("'] = (() => {\n").append(body.strip());
    text.append('\n').append(exports).append("})();\n");
  }

  private String imported(String name, MatchResult found) {
    String from = found.group(2);
    String module = from.startsWith(".") ? URI.create(name).resolve(from).toString() : from;
    if (!names.contains(module)) {
      throw new IllegalStateException(name + " imports " + from + ", which doesn't come before it");
    }
    String taken =
        found.group(1).startsWith("{")
            ? found.group(1).replace(" as ", ": ")
            : "{ default: " + found.group(1) + " }";
    return Matcher.quoteReplacement("const " + taken + " = modules['" + module + "'];");
  }

  private static String declared(StringJoiner exports, MatchResult found) {
    exports.add(found.group(2));
    return found.group(1) + " " + found.group(2);
  }

  private static String listed(StringJoiner exports, MatchResult found) {
    for (String one : found.group(1).strip().split("\\s*,\\s*", -1)) {
      String[] renamed = one.split(" as ", 2);
      exports.add(renamed.length == 1 ? one : renamed[1] + ": " + renamed[0]);
    }
    return "";
  }

  private static String asDefault(StringJoiner exports) {
    exports.add("default: " + DEFAULT);
    return "const " + DEFAULT + " = ";
  }

  String text() {
    return text.toString();
  }
}
