package io.gridfleet.lb.ui;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the template literals of a module. */
final class UiTemplates {
  /** What a module is made of, as far as templates are concerned; regular expressions have none. */
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?m)^\\s*//.*|^\\s*/\\*[\\s\\S]*?\\*/|'(?:[^'\\\\\n]|\\\\.)*'|\"(?:[^\"\\\\\n]|\\\\.)*\"|(\\w*)`|[{}]");

  /** The text of a template up to its end or the next expression in it. */
  private static final Pattern CHUNK = Pattern.compile("(?:[^`\\\\$]|\\\\[\\s\\S]|\\$(?!\\{))*");

  private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*(//|/\\*)");

  private final String source;
  private final List<String> wrong = new ArrayList<>();

  /** The tags of the templates that are open, and "{" for each open brace. */
  private final Deque<String> open = new ArrayDeque<>();

  private UiTemplates(String source) {
    this.source = source;
  }

  static List<String> ofSeveralLinesThatAreNotMarkup(String source) {
    UiTemplates templates = new UiTemplates(source);
    templates.read();
    if (!templates.open.isEmpty()) {
      throw new IllegalStateException("not closed: " + templates.open);
    }
    return templates.wrong;
  }

  private void read() {
    Matcher token = TOKEN.matcher(source);
    int at = 0;
    while (token.find(at)) {
      at = token.end();
      String text = token.group();
      if (token.group(1) != null) {
        open.push("`" + token.group(1));
        at = chunk(at);
      } else if (text.equals("{")) {
        open.push("{");
      } else if (text.equals("}")) {
        open.pop();
        boolean inTemplate = !open.isEmpty() && open.peek().startsWith("`");
        at = inTemplate ? chunk(at) : at;
      }
    }
  }

  /** Reads a template's text; returns where the code goes on. */
  private int chunk(int from) {
    Matcher chunk = CHUNK.matcher(source).region(from, source.length());
    chunk.lookingAt();
    String text = chunk.group();
    boolean markup = open.peek().equals("`html");
    if ((text.contains("\n") && !markup) || COMMENT.matcher(text).find()) {
      wrong.add(text);
    }
    if (source.charAt(chunk.end()) == '`') {
      open.pop();
      return chunk.end() + 1;
    }
    open.push("{");
    return chunk.end() + 2;
  }
}
