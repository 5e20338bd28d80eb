package io.gridfleet.lb.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The versions of browsers in the status of each kind of node. */
final class BrowserVersionsTest {
  private static Map<String, String> read(String status) {
    return BrowserVersions.read(status.replace('\'', '"').getBytes(UTF_8));
  }

  @Test
  void aGridReportsTheVersionsOfItsSlots() {
    String slot = "{'stereotype':{'browserName':'%s','browserVersion':'%s'}}";
    assertThat(
            read(
                "{'value':{'ready':true,'message':'Selenium Grid ready.','nodes':[{'slots':["
                    + slot.formatted("chrome", "120.0")
                    + ","
                    + slot.formatted("chrome", "120.0")
                    + ","
                    + slot.formatted("firefox", "121.0")
                    + "]},{'slots':["
                    + slot.formatted("firefox", "115.0")
                    + ","
                    + slot.formatted("MicrosoftEdge", "119.0")
                    + ",{'stereotype':{'browserName':'safari'}}]}]}}"))
        .as("two versions of Firefox determine no version of one device")
        .isEqualTo(Map.of("chrome", "120.0", "microsoftedge", "119.0"));
  }

  @Test
  void chromedriverIsOfItsBrowsersVersion() {
    assertThat(
            read(
                "{'value':{'build':{'version':'156.0.8078.108 (730482a-refs)'},'message':"
                    + "'ChromeDriver ready for new sessions.','os':{'name':'Linux'},'ready':true}}"))
        .containsEntry("chrome", "156.0.8078.108")
        .containsEntry("chromium", "156.0.8078.108")
        .doesNotContainKey("firefox");
  }

  @Test
  void othersReportNone() {
    assertThat(
            read(
                "{'value':{'ready':true,'message':'The server is ready to accept new connections',"
                    + "'build':{'version':'3.8.0'}}}"))
        .isEmpty();
    assertThat(read("{'value':{'message':'','ready':true}}")).isEmpty();
    assertThat(read("<html>")).isEmpty();
    assertThat(read("")).isEmpty();
    assertThat(read("[]")).isEmpty();
    assertThat(read("{'value':{'message':'ChromeDriver','build':{'version':'unknown'}}}"))
        .isEmpty();
  }
}
