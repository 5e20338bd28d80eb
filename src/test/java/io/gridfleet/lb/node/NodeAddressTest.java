package io.gridfleet.lb.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import org.junit.jupiter.api.Test;

final class NodeAddressTest {
  @Test
  void aBasePathLosesItsLastSlash() {
    NodeAddress address = NodeAddress.of(URI.create("http://10.0.0.7:4723/wd/hub/"));

    assertThat(address).isEqualTo(new NodeAddress(false, "10.0.0.7", 4723, "/wd/hub"));
    assertThat(address.url()).isEqualTo("http://10.0.0.7:4723/wd/hub");
  }

  @Test
  void aDefaultPortIsOmitted() {
    assertThat(NodeAddress.of(URI.create("http://lab")).authority()).isEqualTo("lab");
    assertThat(NodeAddress.of(URI.create("https://lab")).port()).isEqualTo(443);
    assertThat(NodeAddress.of(URI.create("https://lab:80")).authority()).isEqualTo("lab:80");
  }

  @Test
  void anIpv6AddressHasItsBracketsOnTheWireOnly() {
    NodeAddress address = NodeAddress.of(URI.create("http://[::1]:4723"));

    assertThat(address.host()).isEqualTo("::1");
    assertThat(address.authority()).isEqualTo("[::1]:4723");
  }

  @Test
  void aWebSocketUrlIsAnAddressToo() {
    assertThat(NodeAddress.of(URI.create("ws://localhost:9515/session/1")).authority())
        .isEqualTo("localhost:9515");
    assertThat(NodeAddress.of(URI.create("wss://grid")).secure()).isTrue();
  }

  @Test
  void anInvalidUrlIsRefusedWithItsReason() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NodeAddress.of(URI.create("lab:4723")))
        .withMessageContaining("url");
    assertThatIllegalArgumentException().isThrownBy(() -> NodeAddress.of(URI.create("ftp://lab")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NodeAddress.of(URI.create("http:///path")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NodeAddress.of(URI.create("http://lab:70000")));
  }
}
