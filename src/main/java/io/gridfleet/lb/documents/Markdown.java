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

  static Markdown of(String text) {
    List<Extension> extensions = List.of(TablesExtension.create(), HeadingAnchorExtension.create());
    Node root = Parser.builder().extensions(extensions).build().parse(text);
    LinkTargets links = new LinkTargets();
    root.accept(links);
    String html =
        HtmlRenderer.builder().extensions(extensions).escapeHtml(true).build().render(root);
    return new Markdown(title(root), html, links.pages, links.files);
  }

  private static String title(Node root) {
    Node first = root.getFirstChild();
    return first instanceof Heading
        ? TextContentRenderer.builder().build().render(first).strip()
        : "GridFleet LB";
  }
}
