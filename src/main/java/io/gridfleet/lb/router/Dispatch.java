package io.gridfleet.lb.router;

import io.gridfleet.lb.auth.AccessTable;
import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.http.HttpLimits;
import io.gridfleet.lb.relay.Relay;
import io.gridfleet.lb.relay.RequestSink;
import io.gridfleet.lb.relay.SessionRoute;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.util.Optional;
import java.util.function.Predicate;

/** Selects the sink of a request by its head. */
final class Dispatch {
  /** The limit of a body that no endpoint reads; clients without a token may send one. */
  private static final int MAX_UNREAD = 8 * 1024;

  private final HttpLimits limits;
  private final Endpoints endpoints;
  private final SessionLookup routes;
  private final Admission admission;
  private final OriginPolicy origins;
  private final Relay relay;
  private final GatheredBody.Limits gathering;
  private final GatheredBody.Limits unread;

  Dispatch(FrontDoor.Rooms rooms) {
    this.limits = rooms.limits();
    this.endpoints = rooms.endpoints();
    this.routes = rooms.routes();
    this.admission = rooms.protection().admission().to(AccessTable.COMMAND);
    this.origins = rooms.protection().origins();
    this.relay = rooms.relay();
    BodyBudget bodies = rooms.protection().bodies();
    this.gathering = new GatheredBody.Limits(limits.gatheredBody(), bodies, limits.bodyPause());
    this.unread =
        new GatheredBody.Limits(
            Math.min(limits.gatheredBody(), MAX_UNREAD), bodies, limits.bodyPause());
  }

  HttpLimits limits() {
    return limits;
  }

  /**
   * Returns the sink of a request. Never fails: what can't be served gets a sink that answers an
   * error.
   */
  RequestSink sink(CurrentExchange front, HttpRequest head) {
    String fault = RequestCheck.fault(head);
    if (fault != null) {
      return new EarlyAnswer(front, FrontErrors.badRequest(fault), true);
    }
    if (RequestCheck.isMethodNotImplemented(head)) {
      return new EarlyAnswer(front, FrontErrors.methodNotImplemented(), true);
    }
    if (RequestCheck.isServerOptions(head)) {
      return refused(front, head, FrontErrors.options());
    }
    Route route = route(front, head);
    front.answersTo(origins.readableBy(head));
    Optional<String> foreign = origins.refusal(head, route);
    if (foreign.isPresent()) {
      return refused(front, head, FrontErrors.forbidden(route, foreign.get()));
    }
    if (OriginPolicy.isPreflight(head)) {
      return refused(front, head, FrontErrors.preflight());
    }
    Optional<String> type = OriginPolicy.refusedType(head, route);
    if (type.isPresent()) {
      return refused(front, head, FrontErrors.wrongType(route, type.get()));
    }
    if (route instanceof Route.Command command) {
      return command(front, head, command);
    }
    return route instanceof Route.Served served
        ? served(front, head, served)
        : refused(front, head, ((Route.Refused) route).answer(head));
  }

  private static Route route(CurrentExchange front, HttpRequest head) {
    Route route = RouteTable.find(head.method().name(), head.uri(), front.lastSession());
    boolean socket =
        route instanceof Route.WrongMethod
            && head.method().equals(HttpMethod.GET)
            && Relay.isHandshake(head);
    return socket && RouteTable.find("POST", head.uri(), null) instanceof Route.NewSession matched
        ? new Route.BidiSession(matched.base())
        : route;
  }

  private RequestSink command(CurrentExchange front, HttpRequest head, Route.Command command) {
    SessionRoute known = routes.cached(command.session());
    if (!admission.asksForTokens()) {
      return known == null
          ? lookedUp(front, head, command, found -> true)
          : relayed(front, head, command, known);
    }
    Predicate<SessionRoute> allowed = route -> route.isKeyOf(command.path());
    try {
      String tenant = admission.admit(credentials(head, command)).name();
      allowed = allowed.or(route -> route.tenant().equals(tenant));
    } catch (ProtocolException refused) {
      if (!SessionRoute.mayHoldKey(command.path())) {
        return refused(front, head, FrontErrors.notAdmitted(refused.error()));
      }
    }
    return known != null && allowed.test(known)
        ? relayed(front, head, command, known)
        : lookedUp(front, head, command, allowed);
  }

  private static Credentials credentials(HttpRequest head, Route.Command command) {
    return Credentials.of(
        Optional.ofNullable(command.base().token()),
        Optional.ofNullable(head.headers().get(HttpHeaderNames.AUTHORIZATION)));
  }

  /** Another tenant's session is looked up and answered like one that doesn't exist. */
  private RequestSink lookedUp(
      CurrentExchange front,
      HttpRequest head,
      Route.Command command,
      Predicate<SessionRoute> allowed) {
    return new PendingLookup(
        front,
        routes.find(command.session()),
        found ->
            found.filter(allowed).isPresent()
                ? relayed(front, head, command, found.get())
                : command.ends()
                    ? endedBefore(front, head, command, allowed)
                    : ofUnknownSession(front, head, command));
  }

  /** Delete Session of a session that has ended is answered by the node that it was on. */
  private RequestSink endedBefore(
      CurrentExchange front,
      HttpRequest head,
      Route.Command command,
      Predicate<SessionRoute> allowed) {
    return new PendingLookup(
        front,
        routes.ended(command.session()),
        found ->
            found.filter(allowed).isPresent()
                ? relay.endAgain(front, head, found.get())
                : ofUnknownSession(front, head, command));
  }

  private RequestSink relayed(
      CurrentExchange front, HttpRequest head, Route.Command command, SessionRoute route) {
    front.lastSession(route.id());
    if (relay.mustLearnUploads(head, command.path(), route)) {
      return new PendingLookup(
          front,
          relay.learnUploads(front, route),
          learnt -> relay.forward(front, head, command.path(), route));
    }
    return command.ends()
        ? relay.end(front, head, route, endpoints.ending())
        : relay.forward(front, head, command.path(), route);
  }

  private RequestSink served(CurrentExchange front, HttpRequest head, Route.Served route) {
    Endpoint endpoint = route.endpoint(endpoints);
    GatheredBody.Limits most = route.readsBody(head.method()) ? gathering : unread;
    EndpointExchange exchange =
        new EndpointExchange(front, head, route, front.client(), endpoint, most);
    Optional<EndpointAnswer> refusal = endpoint.refusal(exchange);
    return refusal.isPresent()
        ? refused(front, head, EndpointExchange.whole(refusal.get()))
        : exchange;
  }

  private static RequestSink ofUnknownSession(
      CurrentExchange front, HttpRequest head, Route.Command command) {
    return refused(front, head, FrontErrors.ofUnknownSession(head.method().name(), command.path()));
  }

  private static RequestSink refused(
      CurrentExchange front, HttpRequest head, FullHttpResponse answer) {
    boolean large = HttpUtil.getContentLength(head, 0L) > EarlyAnswer.MAX_BYTES;
    return new EarlyAnswer(front, answer, large || HttpUtil.is100ContinueExpected(head));
  }
}
