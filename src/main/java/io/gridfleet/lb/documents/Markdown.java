package io.gridfleet.lb.documents;

import java.util.List;
import java.util.Set;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.HeadingAnchorExtension;
import org.commonmark.node.Heading;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.commonmark.renderer.text.TextContentRenderer;

/**
 * A page, rendered. HTML in the source is shown as text, and links are those of {@link
 * LinkTargets}.
 */
record Markdown(String title, String html, Set<String> pages, Set<String> files) {
  private static final List<Extension> EXTENSIONS =
      List.of(TablesExtension.create(), HeadingAnchorExtension.create());

  static Markdown of(String text) {
    Node root = parsed(text);
    LinkTargets links = new LinkTargets();
    root.accept(links);
    String html =
        HtmlRenderer.builder().extensions(EXTENSIONS).escapeHtml(true).build().render(root);
    return new Markdown(title(root), html, links.pages, links.files);
  }

  static Node parsed(String text) {
    return Parser.builder().extensions(EXTENSIONS).build().parse(text);
  }

  private static String title(Node root) {
    Node first = root.getFirstChild();
    return first instanceof Heading
        ? TextContentRenderer.builder().build().render(first).strip()
        : "GridFleet LB";
  }
}
