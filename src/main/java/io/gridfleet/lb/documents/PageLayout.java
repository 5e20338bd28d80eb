package io.gridfleet.lb.documents;

import java.util.Map;

/**
 * The frame around a page: head, navigation, body.
 *
 * @param template with the marks {@code {{title}}}, {@code {{navigation}}} and {@code {{body}}}
 */
record PageLayout(String template, String navigation) {

  static PageLayout of(String template, Map<String, String> titles) {
    StringBuilder list = new StringBuilder();
    titles.forEach(
        (name, title) ->
            list.append("<li><a href=\"")
                .append(LinkTargets.path(name))
                .append("\">")
                .append(escaped(title))
                .append("</a></li>\n"));
    return new PageLayout(template, list.toString());
  }

  /** The body is inserted last: what looks like a placeholder in it stays. */
  String page(String title, String body) {
    return template
        .replace("{{title}}", escaped(title))
        .replace("{{navigation}}", navigation)
        .replace("{{body}}", body);
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
