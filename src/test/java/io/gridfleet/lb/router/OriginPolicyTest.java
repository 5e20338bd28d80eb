package io.gridfleet.lb.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.auth.Admission;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Checks of the server's names where it isn't open to this machine only. */
final class OriginPolicyTest {
  private static int statusFor(String host, OriginPolicy policy) throws Exception {
    FrontDoor.Protection protection =
        new FrontDoor.Protection(Admission.open(), new BodyBudget(Long.MAX_VALUE), policy);
    try (Edge edge = new Edge(Edge.LIMITS, protection);
        RawClient client = edge.client()) {
      client.send("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      return Integer.parseInt(client.answer().split(" ", 3)[1]);
    }
  }

  @Test
  void configuredNamesAreTheOnlyOnesWithTokensToo() throws Exception {
    OriginPolicy named = new OriginPolicy(List.of(), List.of("lab.example"), false);
    assertThat(statusFor("lab.example:4444", named)).isEqualTo(200);
    assertThat(statusFor("rebound.example", named)).isEqualTo(403);
  }

  @Test
  void withoutNamesAndWithTokensEveryNameIsAnswered() throws Exception {
    assertThat(statusFor("any.example", OriginPolicy.anyHost())).isEqualTo(200);
  }
}
