package io.gridfleet.lb.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetSocketAddress;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The cookie of the web UI stays here, also where cookies of clients are forwarded. */
final class ClientHeadersTest {
  private final ClientHeaders passing = new ClientHeaders(Set.of("cookie"), peer -> true);

  private HttpHeaders stripped(String... cookies) {
    HttpHeaders headers = new DefaultHttpHeaders();
    for (String cookie : cookies) {
      headers.add("Cookie", cookie);
    }
    passing.strip(headers, new InetSocketAddress("127.0.0.1", 1));
    return headers;
  }

  @Test
  void theSignInIsRemovedAndOtherCookiesStay() {
    assertThat(stripped("a=1; gridfleet-ui=v.s; b=2").getAll("Cookie")).containsExactly("a=1; b=2");
    assertThat(stripped("gridfleet-ui=v.s", "c=3").getAll("Cookie")).containsExactly("c=3");
    assertThat(stripped("gridfleet-ui=v.s;gridfleet-ui=x").contains("Cookie")).isFalse();
  }

  @Test
  void whatOnlyLooksLikeItStays() {
    assertThat(stripped("my-gridfleet-ui=1; gridfleet-ui2=2").getAll("Cookie"))
        .containsExactly("my-gridfleet-ui=1; gridfleet-ui2=2");
  }
}
