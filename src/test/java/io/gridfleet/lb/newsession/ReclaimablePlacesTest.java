package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.newsession.NewSessionRequest.Address;
import io.gridfleet.lb.newsession.NewSessionRequest.Client;
import io.gridfleet.lb.newsession.NewSessionRequest.Origin;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which repeats take over a kept place, if all requests come from one balancer. */
final class ReclaimablePlacesTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final PlacementRequest.QueuePosition TURN =
      new PlacementRequest.QueuePosition(5, NOW, 1);
  private static final String BODY =
      "{\"capabilities\":{\"alwaysMatch\":{\"platformName\":\"Android\",\"gridfleet:priority\":5}}}";

  private final ReclaimablePlaces places = new ReclaimablePlaces();

  @Test
  void theSameClientTakesItsPlaceOnce() {
    places.keep(request("t", "wdio/9", Map.of()), TURN);
    assertThat(places.take(request("t", "wdio/9", Map.of()))).isEqualTo(TURN);
    assertThat(places.take(request("t", "wdio/9", Map.of()))).isNull();
  }

  @Test
  void anotherTokenIsAnotherClient() {
    places.keep(request("t", "wdio/9", Map.of()), TURN);
    assertThat(places.take(request("u", "wdio/9", Map.of()))).isNull();
    assertThat(places.take(request(null, "wdio/9", Map.of()))).isNull();
  }

  @Test
  void anotherUserAgentIsAnotherClient() {
    places.keep(request("t", "wdio/9", Map.of()), TURN);
    assertThat(places.take(request("t", "appium-python", Map.of()))).isNull();
  }

  @Test
  void anotherForwardedAddressIsAnotherClientWhateverItsPort() {
    places.keep(request("t", "wdio/9", Map.of("x-forwarded-for", "10.1.1.1:40000")), TURN);
    assertThat(places.take(request("t", "wdio/9", Map.of("x-forwarded-for", "10.1.1.2")))).isNull();
    assertThat(places.take(request("t", "wdio/9", Map.of()))).isNull();
    assertThat(places.take(request("t", "wdio/9", Map.of("x-forwarded-for", "10.1.1.1:40001"))))
        .isEqualTo(TURN);
  }

  @Test
  void theStandardHeaderDistinguishesThemToo() {
    Map<String, String> one = Map.of("forwarded", "for=\"[2001:db8::1]:4711\";proto=https");
    Map<String, String> again = Map.of("forwarded", "for=\"[2001:db8::1]:4712\";proto=https");
    Map<String, String> other = Map.of("forwarded", "for=\"[2001:db8::2]:4711\";proto=https");
    places.keep(request("t", "wdio/9", one), TURN);
    assertThat(places.take(request("t", "wdio/9", other))).isNull();
    assertThat(places.take(request("t", "wdio/9", again))).isEqualTo(TURN);
  }

  @Test
  void anotherPayloadIsAnotherRequestButTheOrderOfMembersIsNot() {
    places.keep(request("t", "wdio/9", Map.of()), TURN);
    assertThat(places.take(request("t", Map.of(), BODY.replace("Android", "iOS")))).isNull();
    String turned =
        "{\"capabilities\":{\"alwaysMatch\":"
            + "{\"gridfleet:priority\":5,\"platformName\":\"Android\"}}}";
    assertThat(places.take(request("t", Map.of(), turned))).isEqualTo(TURN);
  }

  @Test
  void aLargeRequestKeepsNoPlace() {
    String large = BODY.replace("Android", "a".repeat(70_000));
    places.keep(request("t", Map.of(), large), TURN);
    assertThat(places.take(request("t", Map.of(), large))).isNull();
  }

  @Test
  void twoWorkersOfOneSuiteKeepTwoPlacesTheElderFirst() {
    PlacementRequest.QueuePosition later =
        new PlacementRequest.QueuePosition(5, NOW.plusSeconds(1), 2);
    places.keep(request("t", "wdio/9", Map.of()), later);
    places.keep(request("t", "wdio/9", Map.of()), TURN);
    assertThat(places.take(request("t", "wdio/9", Map.of()))).isEqualTo(TURN);
    assertThat(places.take(request("t", "wdio/9", Map.of()))).isEqualTo(later);
    assertThat(places.take(request("t", "wdio/9", Map.of()))).isNull();
  }

  private static NewSessionRequest request(
      String token, String userAgent, Map<String, String> headers) {
    return request(token, userAgent, headers, BODY);
  }

  private static NewSessionRequest request(String token, Map<String, String> headers, String body) {
    return request(token, "wdio/9", headers, body);
  }

  private static NewSessionRequest request(
      String token, String userAgent, Map<String, String> headers, String body) {
    Origin origin =
        new Origin(
            new Credentials(Optional.empty(), Optional.ofNullable(token)),
            Optional.empty(),
            new Client("10.0.0.1", userAgent),
            new Address(headers, false, "127.0.0.1:4444", ""));
    return new NewSessionRequest(
        "r",
        NOW,
        NewSessionPayload.parse(body.getBytes(StandardCharsets.UTF_8)),
        origin,
        Runnable::run);
  }
}
