package io.gridfleet.lb.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.node.RawNode;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads of node answers that HTTP/1.1 forbids. */
final class BadNodeAnswersTest {
  @RegisterExtension final Edge edge = new Edge(Edge.PATIENT);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: x\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 99 Low\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 0 Zero\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 600 High\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 2000 High\r\nContent-Length: 0\r\n\r\n",
        "HTTP/3.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        "ICY/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n",
      })
  void areAnErrorThatNamesTheNodeAndEndItsConnection(String answer) throws Exception {
    try (RawNode node = RawNode.answering(answer);
        RawClient client = edge.client()) {
      edge.session("s1", node.address(), Duration.ofMinutes(5), Map.of());
      for (int i = 0; i < 2; i++) {
        client.get("/session/s1/x");
        assertThat(client.answer())
            .startsWith("HTTP/1.1 500")
            .contains("\"unknown error\"", "node-1", node.address().authority(), "bad answer");
        await().until(() -> edge.nodes.open() == 0);
      }
      assertThat(node.accepted()).isEqualTo(2);
      assertThat(client.get("/healthz").answer()).startsWith("HTTP/1.1 200");
    }
  }
}
