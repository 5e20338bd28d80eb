package io.gridfleet.lb.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** How a page of the repository becomes a page of the server. */
final class MarkdownTest {

  @Test
  void linksBetweenPagesLeadToTheServersPaths() {
    Markdown page =
        Markdown.of(
            "[a](selectors.md) [b](selectors.md#json) [c](index.md) [d](#here)"
                + " [e](https://w3.org/x)");
    assertThat(page.html())
        .contains("<a href=\"/docs/selectors\">a</a>", "<a href=\"/docs/selectors#json\">b</a>")
        .contains("<a href=\"/docs\">c</a>", "<a href=\"#here\">d</a>")
        .contains("<a href=\"https://w3.org/x\">e</a>");
    assertThat(page.pages()).containsExactly("selectors", "index");
  }

  @Test
  void exampleFilesAreServedAndOtherFilesAreOnlyNamed() {
    Markdown page =
        Markdown.of("[conf](../../../conf/alerts.yaml) and [`Main`](../../../src/Main.java) here");
    assertThat(page.html())
        .isEqualTo(
            "<p><a href=\"/docs/conf/alerts.yaml\">conf</a> and <code>Main</code> here</p>\n");
    assertThat(page.files()).containsExactly("conf/alerts.yaml");
  }

  @Test
  void htmlAndUrlsThatRunProgramsAreText() {
    Markdown page =
        Markdown.of("# A <b>\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) <img src=x>");
    assertThat(page.html())
        .doesNotContain("<script", "<img", "javascript:", "<b>")
        .contains("&lt;script&gt;");
  }

  @Test
  void theTitleIsEscapedInTheFrame() {
    PageLayout layout = PageLayout.of("<title>{{title}}</title>{{navigation}}{{body}}", Map.of());
    assertThat(layout.page("a<b>\"&", "<p>{{title}}</p>"))
        .isEqualTo("<title>a&lt;b&gt;&quot;&amp;</title><p>{{title}}</p>");
  }

  @Test
  void tablesAndAnchorsAreRendered() {
    Markdown page =
        Markdown.of(
            "# Title here\n\n## What each outage does\n\n| a | b |\n|---|---|\n| 1 | 2 |\n");
    assertThat(page.title()).isEqualTo("Title here");
    assertThat(page.html()).contains("<table>", "id=\"what-each-outage-does\"");
  }
}
