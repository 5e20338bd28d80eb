package io.gridfleet.lb.documents;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites the links of a page from files of the repository to paths of the server, and collects
 * their targets. A link to anything else becomes plain text.
 */
final class LinkTargets extends AbstractVisitor {
  static final String ROOT = "/docs";

  private static final Pattern PAGE = Pattern.compile("([a-z][a-z0-9-]*)\\.md(#.*)?");
  private static final Pattern FILE = Pattern.compile("\\.\\./\\.\\./\\.\\./(conf/[a-z0-9.-]+)");
  private static final Pattern KEPT = Pattern.compile("https?://.*|#.*");

  /** Names of pages, in the order of their first link. */
  final Set<String> pages = new LinkedHashSet<>();

  /** Paths of files below the repository's root. */
  final Set<String> files = new LinkedHashSet<>();

  @Override
  public void visit(Link link) {
    visitChildren(link);
    String target = target(link.getDestination());
    if (target != null) {
      link.setDestination(target);
    } else {
      replaceByText(link);
    }
  }

  private @Nullable String target(String destination) {
    Matcher page = PAGE.matcher(destination);
    if (page.matches()) {
      pages.add(page.group(1));
      return path(page.group(1)) + (page.group(2) == null ? "" : page.group(2));
    }
    Matcher file = FILE.matcher(destination);
    if (file.matches()) {
      files.add(file.group(1));
      return path(file.group(1));
    }
    return KEPT.matcher(destination).matches() ? destination : null;
  }

  static String path(String name) {
    return name.equals(Documents.INDEX) ? ROOT : ROOT + "/" + name;
  }

  private static void replaceByText(Link link) {
    Node child = link.getFirstChild();
    while (child != null) {
      Node next = child.getNext();
      link.insertBefore(child);
      child = next;
    }
    link.unlink();
  }
}
