package io.gridfleet.lb.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class NodeAddressTest {
  @Test
  void aBasePathLosesItsLastSlash() {
    NodeAddress address = NodeAddress.parse("http://10.0.0.7:4723/wd/hub/");

    assertThat(address).isEqualTo(new NodeAddress(false, "10.0.0.7", 4723, "/wd/hub"));
    assertThat(address.url()).isEqualTo("http://10.0.0.7:4723/wd/hub");
  }

  @Test
  void aDefaultPortIsOmitted() {
    assertThat(NodeAddress.parse("http://lab").authority()).isEqualTo("lab");
    assertThat(NodeAddress.parse("https://lab").port()).isEqualTo(443);
    assertThat(NodeAddress.parse("https://lab:80").authority()).isEqualTo("lab:80");
  }

  @Test
  void anIpv6AddressHasItsBracketsOnTheWireOnly() {
    NodeAddress address = NodeAddress.parse("http://[::1]:4723");

    assertThat(address.host()).isEqualTo("::1");
    assertThat(address.authority()).isEqualTo("[::1]:4723");
  }

  @Test
  void aWebSocketUrlIsAnAddressToo() {
    assertThat(NodeAddress.parse("ws://localhost:9515/session/1").authority())
        .isEqualTo("localhost:9515");
    assertThat(NodeAddress.parse("wss://grid").secure()).isTrue();
  }

  @Test
  void anInvalidUrlIsRefusedWithItsReason() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NodeAddress.parse("10.0.0.7:4723"))
        .withMessageContaining("url");
    assertThatIllegalArgumentException().isThrownBy(() -> NodeAddress.parse("ftp://lab"));
    assertThatIllegalArgumentException().isThrownBy(() -> NodeAddress.parse("http:///path"));
    assertThatIllegalArgumentException().isThrownBy(() -> NodeAddress.parse("http://lab:70000"));
  }
}
