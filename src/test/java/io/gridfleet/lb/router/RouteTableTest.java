package io.gridfleet.lb.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.router.Route.Base;
import io.gridfleet.lb.webdriver.SessionId;
import org.junit.jupiter.api.Test;

final class RouteTableTest {
  private static final String RUN = "0f8fad5b-d9cb-469f-a165-70867728950e";

  private static Route find(String method, String target) {
    return RouteTable.find(method, target, null);
  }

  private static Route command(String id, String path) {
    return command(id, path, new Base(null, null));
  }

  private static Route command(String id, String path, Base base) {
    return new Route.Command(base, new SessionId(id), path, false);
  }

  @Test
  void aNewSessionIsRequestedUnderEachBase() {
    assertThat(find("POST", "/session")).isEqualTo(new Route.NewSession(new Base(null, null)));
    assertThat(find("POST", "/session/")).isInstanceOf(Route.NewSession.class);
    assertThat(find("POST", "//session")).isInstanceOf(Route.Unknown.class);
    assertThat(find("POST", "/wd/hub/session")).isInstanceOf(Route.NewSession.class);
    assertThat(find("POST", "/v0/t0k/wd/hub/session"))
        .isEqualTo(new Route.NewSession(new Base("t0k", null)));
    assertThat(find("POST", "/v0/t0k/session"))
        .isEqualTo(new Route.NewSession(new Base("t0k", null)));
    assertThat(find("POST", "/run/" + RUN + "/session"))
        .isEqualTo(new Route.NewSession(new Base(null, RUN)));
    assertThat(find("POST", "/v0/t0k/run/" + RUN + "/wd/hub/session"))
        .isEqualTo(new Route.NewSession(new Base("t0k", RUN)));
    assertThat(find("POST", "http://lab:4444/wd/hub/session?x=1"))
        .isInstanceOf(Route.NewSession.class);
  }

  @Test
  void aCommandIsTakenOffItsBase() {
    assertThat(find("GET", "/session/a1/url?x=%2f"))
        .isEqualTo(command("a1", "/session/a1/url?x=%2f"));
    assertThat(find("POST", "/v0/t/wd/hub/session/a1/element"))
        .isEqualTo(command("a1", "/session/a1/element", new Base("t", null)));
    assertThat(find("GET", "/run/" + RUN + "/session/a1/se/cdp"))
        .isEqualTo(command("a1", "/session/a1/se/cdp", new Base(null, RUN)));
    assertThat(find("GET", "/wd/hub/bidi/a1")).isEqualTo(command("a1", "/bidi/a1"));
    assertThat(find("GET", "/ws/session/a1/appium/device/logcat"))
        .isEqualTo(command("a1", "/ws/session/a1/appium/device/logcat"));
    assertThat(find("GET", "https://lab/session/a1/title"))
        .isEqualTo(command("a1", "/session/a1/title"));
  }

  @Test
  void onlyDeleteOnTheSessionItselfEndsIt() {
    assertThat(find("DELETE", "/wd/hub/session/a1"))
        .isEqualTo(
            new Route.Command(new Base(null, null), new SessionId("a1"), "/session/a1", true));
    assertThat(find("DELETE", "/session/a1/")).extracting("ends").isEqualTo(true);
    assertThat(find("DELETE", "/session/a1/cookie")).extracting("ends").isEqualTo(false);
    assertThat(find("DELETE", "/session/a1/c")).extracting("ends").isEqualTo(false);
    assertThat(find("GET", "/session/a1")).extracting("ends").isEqualTo(false);
    assertThat(find("DELETE", "/bidi/a1")).extracting("ends").isEqualTo(false);
  }

  @Test
  void theSessionOfTheLastCommandIsTheSameObject() {
    SessionId last = new SessionId("a1");

    Route same = RouteTable.find("GET", "/session/a1/url", last);
    Route longer = RouteTable.find("GET", "/session/a12/url", last);

    assertThat(((Route.Command) same).session()).isSameAs(last);
    assertThat(((Route.Command) longer).session()).isEqualTo(new SessionId("a12"));
  }

  @Test
  void theServersPagesAreAtTheRoot() {
    assertThat(find("GET", "/healthz")).isInstanceOf(Route.Health.class);
    assertThat(find("HEAD", "/readyz")).isInstanceOf(Route.Ready.class);
    assertThat(find("GET", "/metrics?a")).isInstanceOf(Route.Metrics.class);
    assertThat(find("GET", "/status")).isInstanceOf(Route.Status.class);
    assertThat(find("GET", "/wd/hub/status")).isInstanceOf(Route.Status.class);
    assertThat(find("GET", "/v0/t/status")).isEqualTo(new Route.Status(new Base("t", null)));
    assertThat(find("PATCH", "/api/devices?x=1")).isEqualTo(new Route.Api("/api/devices?x=1"));
    assertThat(find("GET", "/health/live")).isEqualTo(new Route.Api("/health/live"));
    assertThat(find("GET", "/ui/app.js")).isEqualTo(new Route.Ui("/ui/app.js"));
    assertThat(find("GET", "/")).isInstanceOf(Route.Ui.class);
  }

  @Test
  void otherPathsAreUnknown() {
    assertThat(find("GET", "/sessions/x")).isInstanceOf(Route.Unknown.class);
    assertThat(find("GET", "/sessions")).isInstanceOf(Route.Sessions.class);
    assertThat(find("GET", "/sessionx/1")).isInstanceOf(Route.Unknown.class);
    assertThat(find("GET", "/wd/hub/metrics")).isInstanceOf(Route.Unknown.class);
    assertThat(find("POST", "/wd/hub/wd/hub/session")).isInstanceOf(Route.Unknown.class);
    assertThat(find("POST", "/run/free/session")).isInstanceOf(Route.Unknown.class);
    assertThat(find("POST", "/sessions")).isInstanceOf(Route.WrongMethod.class);
    assertThat(find("GET", "/run/" + RUN + "/sessions"))
        .isEqualTo(new Route.Sessions(new Base(null, RUN), false));
    assertThat(find("GET", "/v0/t0k/wd/hub/appium/sessions"))
        .isEqualTo(new Route.Sessions(new Base("t0k", null), true));
    assertThat(find("POST", "/v0//session")).isInstanceOf(Route.Unknown.class);
    assertThat(find("GET", "//session/abc/url")).isInstanceOf(Route.Unknown.class);
    assertThat(find("DELETE", "///session/abc")).isInstanceOf(Route.Unknown.class);
    assertThat(find("POST", "//wd/hub/session")).isInstanceOf(Route.Unknown.class);
    assertThat(find("POST", "http://lab//session")).isInstanceOf(Route.Unknown.class);
    assertThat(find("GET", "//healthz")).isInstanceOf(Route.Unknown.class);
    assertThat(find("OPTIONS", "*")).isInstanceOf(Route.Unknown.class);
    assertThat(find("GET", "")).isInstanceOf(Route.Unknown.class);
    assertThat(find("GET", "http://lab")).isInstanceOf(Route.Ui.class);
  }

  @Test
  void aKnownPathWithAnotherMethodIsAWrongMethod() {
    assertThat(find("GET", "/session")).isInstanceOf(Route.WrongMethod.class);
    assertThat(find("DELETE", "/wd/hub/session")).isInstanceOf(Route.WrongMethod.class);
    assertThat(find("POST", "/status")).isInstanceOf(Route.WrongMethod.class);
    assertThat(find("POST", "/metrics")).isInstanceOf(Route.WrongMethod.class);
    assertThat(find("CONNECT", "/session/a1")).isInstanceOf(Route.WrongMethod.class);
  }

  @Test
  void dotsThatCouldLeaveTheSessionAreRefused() {
    assertThat(find("GET", "/session/a1/../../admin")).isInstanceOf(Route.Ambiguous.class);
    assertThat(find("GET", "/session/a1/%2e%2e/x")).isInstanceOf(Route.Ambiguous.class);
    assertThat(find("GET", "/session/a1/%2E./x")).isInstanceOf(Route.Ambiguous.class);
    assertThat(find("GET", "/session/a1/..%2fx")).isInstanceOf(Route.Ambiguous.class);
    assertThat(find("GET", "/session/a1/%5c..%5cx")).isInstanceOf(Route.Ambiguous.class);
    assertThat(find("GET", "/session/%2e%2e/x")).isInstanceOf(Route.Ambiguous.class);
    assertThat(find("GET", "/session/..")).isInstanceOf(Route.Ambiguous.class);
    assertThat(find("GET", "/session/a1/se/files/..hidden?x=/../"))
        .isInstanceOf(Route.Command.class);
    assertThat(find("GET", "/session/a1/se/files/%20..")).isInstanceOf(Route.Command.class);
  }

  @Test
  void anIdThatCannotBeOneIsNoSession() {
    assertThat(find("GET", "/session/a%20b/url")).isInstanceOf(Route.NoSession.class);
    assertThat(find("GET", "/session//url")).isInstanceOf(Route.NoSession.class);
    assertThat(find("GET", "/session/" + "x".repeat(300))).isInstanceOf(Route.NoSession.class);
  }

  @Test
  void aTokenIsNeverShown() {
    assertThat(find("POST", "/v0/s3cret/session").toString()).doesNotContain("s3cret");
  }
}
