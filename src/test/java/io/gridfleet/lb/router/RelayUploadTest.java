package io.gridfleet.lb.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.node.RawNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Files from the client's machine are sent to the path at which the node accepts them. */
final class RelayUploadTest {
  private static final String UNKNOWN_COMMAND =
      RawNode.json(404, "{\"value\":{\"error\":\"unknown command\",\"message\":\"\"}}");

  @RegisterExtension final Edge edge = new Edge(Edge.PATIENT);

  /** Answers with the length of the body if the path exists. */
  private static RawNode node(String known) throws IOException {
    return new RawNode(
        wire -> {
          for (String head = wire.head(); !head.isEmpty(); head = wire.head()) {
            int length = wire.body(head).length();
            wire.write(
                head.startsWith("POST /session/s1" + known + " ")
                    ? RawNode.json(200, "took " + length)
                    : UNKNOWN_COMMAND);
          }
        });
  }

  @Test
  void goToChromedriversOwnPathWhereTheNodeDoesNotKnowSeleniums() throws Exception {
    String large = "x".repeat(1_000_000);
    try (RawNode node = node("/file");
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      for (int i = 0; i < 3; i++) {
        assertThat(client.request("POST /wd/hub/session/s1/se/file", large).answer())
            .startsWith("HTTP/1.1 200")
            .endsWith("took 1000000");
      }
      assertThat(node.heads())
          .extracting(head -> head.split(" ", 3)[1])
          .containsExactly(
              "/session/s1/se/file", "/session/s1/file", "/session/s1/file", "/session/s1/file");
    }
  }

  @Test
  void goToSeleniumsPathWhereTheNodeKnowsIt() throws Exception {
    try (RawNode node = node("/se/file");
        RawClient client = edge.client()) {
      edge.session("s1", node.address());
      for (int i = 0; i < 2; i++) {
        assertThat(client.request("POST /session/s1/se/file", "{\"file\":1}").answer())
            .endsWith("took 10");
      }
      assertThat(node.heads()).hasSize(3);
    }
  }

  @Test
  void anUnknownSessionDoesNotDetermineTheUploadPath() throws Exception {
    String gone = "{\"value\":{\"error\":\"invalid session id\",\"message\":\"\"}}";
    try (RawNode node = RawNode.answering(RawNode.json(404, gone));
        RawClient client = edge.client()) {
      edge.session("s1", node.address());

      assertThat(client.request("POST /session/s1/se/file", "{}").answer()).endsWith(gone);
      assertThat(node.heads())
          .extracting(head -> head.split(" ", 3)[1])
          .containsExactly("/session/s1/se/file", "/session/s1/se/file");
    }
  }

  @Test
  void aNodeThatIsGoneIsNamed() throws Exception {
    try (RawNode node = new RawNode(RawNode.Wire::head);
        RawClient client = edge.client()) {
      edge.session("s1", node.address());

      assertThat(client.request("POST /session/s1/se/file", "{}").answer())
          .startsWith("HTTP/1.1 500")
          .contains("node-1");
    }
  }
}
