package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.app.log.RepeatLimit;
import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.auth.Access;
import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.auth.Reach;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.auth.TokenIdentity;
import io.gridfleet.lb.router.BodyTask;
import io.gridfleet.lb.router.Endpoint;
import io.gridfleet.lb.router.EndpointAnswer;
import io.gridfleet.lb.router.Exchange;
import io.gridfleet.lb.ui.SignInLimit;
import io.gridfleet.lb.ui.SignIns;
import io.gridfleet.lb.ui.SignIns.SignedIn;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /ui/session}, {@code /ui/sign-in} and {@code /ui/sign-out}: a token is exchanged for a
 * cookie that no script reads and no other site sends.
 */
final class UiSignIn implements Endpoint {
  static final String SESSION = "/ui/session";
  static final String SIGN_IN = "/ui/sign-in";
  static final String SIGN_OUT = "/ui/sign-out";

  /** The header that a form of another page can't send. */
  static final String HEADER = "x-gridfleet-ui";

  private static final Logger log = LoggerFactory.getLogger(UiSignIn.class);
  private static final int OK = 200;

  private final Admission admission;
  private final SignIns signIns;
  private final SignInLimit limit;
  private final Predicate<InetAddress> trusted;

  /**
   * @param trusted peers whose forwarding headers are trusted
   */
  UiSignIn(
      Admission admission, SignIns signIns, SignInLimit limit, Predicate<InetAddress> trusted) {
    this.admission = admission;
    this.signIns = signIns;
    this.limit = limit;
    this.trusted = trusted;
  }

  @Override
  public void handle(Exchange exchange) {
    String path = UiPages.path(exchange);
    if (path.equals(SESSION)) {
      exchange.answer(session(found(exchange).map(SignedIn::tenant)));
    } else if (exchange.header(HEADER).isEmpty()) {
      exchange.answer(error(403, "The header X-GridFleet-UI is missing"));
    } else if (path.equals(SIGN_OUT)) {
      signOut(exchange);
    } else {
      BodyTask.run(
          exchange,
          body -> {
            exchange.answer(signIn(exchange, body));
            return CompletableFuture.completedFuture(null);
          },
          error(500, "Something is wrong in GridFleet LB"));
    }
  }

  private Optional<SignedIn> found(Exchange exchange) {
    return exchange.header("cookie").flatMap(signIns::find);
  }

  private EndpointAnswer session(Optional<Tenant> tenant) {
    boolean asks = admission.asksForTokens();
    Optional<Tenant> caller = asks ? tenant : Optional.of(Tenant.anonymous());
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("signed_in", caller.isPresent());
    body.put("tenant", caller.map(Tenant::name).orElse(null));
    body.put("role", caller.map(UiSignIn::role).orElse(null));
    body.put("tokens_needed", asks);
    return EndpointAnswer.json(OK, body).with("Cache-Control", "no-store");
  }

  private static String role(Tenant tenant) {
    return tenant.role().name().toLowerCase(Locale.ROOT);
  }

  private EndpointAnswer signIn(Exchange exchange, byte[] body) {
    InetAddress address = address(exchange);
    if (!admission.asksForTokens()) {
      return session(Optional.empty());
    }
    if (!signIns.isReady()) {
      return error(503, "Sign-ins can't be kept now; try again").with("Retry-After", "5");
    }
    if (!limit.allows(address)) {
      return error(429, "Too many wrong tokens; try again in a minute").with("Retry-After", "60");
    }
    Optional<TokenIdentity> token = secret(body).flatMap(admission::token);
    if (token.isEmpty()) {
      limit.failed(address);
      log.atInfo()
          .addMarker(RepeatLimit.FROM_STRANGERS)
          .log("a sign-in from {} is refused: its token is wrong", address.getHostAddress());
      return error(401, "This token isn't known here");
    }
    Tenant tenant = token.get().tenant();
    if (Access.READ.of(tenant.role()) == Reach.NONE) {
      return error(
          403,
          "The token '%s' has the role '%s', which only creates sessions"
              .formatted(tenant.name(), role(tenant)));
    }
    log.info("{} signs in from {}", tenant.name(), address.getHostAddress());
    String cookie = cookie(exchange, signIns.begin(token.get()), SignIns.LIFETIME.toSeconds());
    return session(Optional.of(tenant)).with("Set-Cookie", cookie);
  }

  private static Optional<String> secret(byte[] body) {
    try {
      return Optional.ofNullable(Json.object(body).get("token"))
          .filter(String.class::isInstance)
          .map(text -> ((String) text).strip())
          .filter(text -> !text.isEmpty());
    } catch (ProtocolException malformed) {
      return Optional.empty();
    }
  }

  private void signOut(Exchange exchange) {
    Optional<SignedIn> signedIn = found(exchange);
    if (signedIn.isEmpty()) {
      exchange.answer(signedOut(exchange));
      return;
    }
    Failures.log(
        signIns
            .end(signedIn.get())
            .handle(
                (recorded, failure) -> {
                  exchange.answer(
                      failure == null
                          ? signedOut(exchange)
                          : error(503, "The store can't be reached; try again"));
                  return null;
                }),
        "the end of a sign-in");
  }

  private EndpointAnswer signedOut(Exchange exchange) {
    return session(Optional.empty()).with("Set-Cookie", cookie(exchange, "", 0));
  }

  private String cookie(Exchange exchange, String value, long seconds) {
    return "%s=%s; Max-Age=%d; Path=/; HttpOnly; SameSite=Strict%s"
        .formatted(SignIns.COOKIE, value, seconds, isSecure(exchange) ? "; Secure" : "");
  }

  /** This server itself doesn't speak TLS with clients: a proxy in front says whether it did. */
  private boolean isSecure(Exchange exchange) {
    String forwarded = exchange.header("forwarded").orElse("").toLowerCase(Locale.ROOT);
    String proto = exchange.header("x-forwarded-proto").orElse("");
    return trusted.test(peer(exchange))
        && (proto.equalsIgnoreCase("https") || forwarded.contains("proto=https"));
  }

  private static InetAddress peer(Exchange exchange) {
    return exchange.client() instanceof InetSocketAddress address && address.getAddress() != null
        ? address.getAddress()
        : InetAddress.getLoopbackAddress();
  }

  /** The client's address; behind a trusted proxy the one that the proxy saw. */
  private InetAddress address(Exchange exchange) {
    InetAddress peer = peer(exchange);
    String list = exchange.header("x-forwarded-for").orElse("");
    String last = list.substring(list.lastIndexOf(',') + 1).strip();
    return trusted.test(peer) && !last.isEmpty() ? literal(last, peer) : peer;
  }

  private static InetAddress literal(String text, InetAddress otherwise) {
    byte[] address = NetUtil.createByteArrayFromIpAddressString(text);
    try {
      return address == null ? otherwise : InetAddress.getByAddress(address);
    } catch (UnknownHostException impossible) {
      return otherwise;
    }
  }

  private static EndpointAnswer error(int status, String message) {
    return EndpointAnswer.json(status, Map.of("error", Map.of("message", message)));
  }
}
