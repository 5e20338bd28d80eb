package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.api.Api;
import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiRequest;
import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.metrics.Metrics;
import io.gridfleet.lb.router.BodyTask;
import io.gridfleet.lb.router.Endpoint;
import io.gridfleet.lb.router.EndpointAnswer;
import io.gridfleet.lb.router.Exchange;
import io.gridfleet.lb.router.Exchange.AnswerStream;
import io.gridfleet.lb.router.Route;
import io.gridfleet.lb.ui.SignIns;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The small endpoints: status, health, metrics, and the bridge to the API. */
final class ServerEndpoints {
  private static final Logger log = LoggerFactory.getLogger(ServerEndpoints.class);
  private static final int OK = 200;
  private static final int BROKEN = 500;
  private static final int UNAVAILABLE = 503;
  private static final EndpointAnswer MISTAKE =
      EndpointAnswer.text(BROKEN, "Something is wrong in GridFleet LB\n");
  private static final List<String> API_HEADERS =
      List.of(
          "authorization",
          "x-request-id",
          "host",
          "last-event-id",
          "content-type",
          "cookie",
          "x-gridfleet-ui");

  private ServerEndpoints() {}

  /**
   * W3C status.
   *
   * @param unready why no session could start now; empty when one could
   */
  static Endpoint status(Supplier<Optional<String>> unready, String version) {
    return exchange -> {
      Optional<String> why = unready.get();
      Map<String, Object> value = new LinkedHashMap<>();
      value.put("ready", why.isEmpty());
      value.put("message", why.orElse("GridFleet LB takes new sessions"));
      value.put("build", Map.of("version", version));
      exchange.answer(EndpointAnswer.value(value));
    };
  }

  static Endpoint health() {
    return exchange -> exchange.answer(EndpointAnswer.text(OK, "ok\n"));
  }

  static Endpoint ready(Supplier<Optional<String>> unready) {
    return exchange -> {
      Optional<String> why = unready.get();
      exchange.answer(
          why.isEmpty()
              ? EndpointAnswer.text(OK, "ready\n")
              : EndpointAnswer.text(UNAVAILABLE, why.get() + "\n"));
    };
  }

  /** Prometheus' text, gathered away from the event loops. */
  static Endpoint metrics(Supplier<String> text, Executor elsewhere) {
    return exchange ->
        later(
            elsewhere,
            exchange,
            () -> EndpointAnswer.text(OK, text.get()).with("Content-Type", Metrics.CONTENT_TYPE));
  }

  /** Answers away from the event loops, unless the client has disconnected by then. */
  static void later(Executor elsewhere, Exchange exchange, Supplier<EndpointAnswer> answer) {
    try {
      elsewhere.execute(
          () -> {
            try {
              if (!exchange.clientLeft().isDone()) {
                exchange.answer(answer.get());
              }
            } catch (RuntimeException mistake) {
              broken(exchange, mistake);
            }
          });
    } catch (RejectedExecutionException full) {
      exchange.answer(
          EndpointAnswer.text(UNAVAILABLE, "Too many requests wait; try again\n")
              .with("Retry-After", "1"));
    }
  }

  /**
   * The API.
   *
   * @param lists sends answers that are made in pieces
   * @param stillSignedIn whether the {@code Cookie} header of a request is still valid: a stream
   *     that was opened by it ends with the sign-in
   */
  static Endpoint api(Api api, PieceWriter lists, Predicate<String> stillSignedIn) {
    return new Endpoint() {
      @Override
      public void handle(Exchange exchange) {
        call(api, lists, exchange, stillSignedIn);
      }

      @Override
      public Optional<EndpointAnswer> refusal(Exchange exchange) {
        return api.refusal(request(exchange, new byte[0]))
            .map(refusal -> whole((ApiAnswer.Whole) refusal));
      }
    };
  }

  private static void call(
      Api api, PieceWriter lists, Exchange exchange, Predicate<String> stillSignedIn) {
    BodyTask.run(
        exchange,
        body ->
            api.handle(request(exchange, body), () -> exchange.clientLeft().isDone())
                .thenAccept(answer -> answer(lists, exchange, answer, stillSignedIn)),
        MISTAKE);
  }

  private static void broken(Exchange exchange, Throwable mistake) {
    log.error("{} {} can't be answered", exchange.method(), path(exchange), mistake);
    exchange.answer(MISTAKE);
  }

  /** Without the query, which may hold what must not be logged. */
  private static String path(Exchange exchange) {
    String target = exchange.target();
    int mark = target.indexOf('?');
    return mark < 0 ? target : target.substring(0, mark);
  }

  private static ApiRequest request(Exchange exchange, byte[] body) {
    String asked = ((Route.Api) exchange.route()).path();
    int mark = asked.indexOf('?');
    Map<String, String> headers = new HashMap<>();
    API_HEADERS.forEach(name -> exchange.header(name).ifPresent(value -> headers.put(name, value)));
    return new ApiRequest(
        exchange.method(),
        mark < 0 ? asked : asked.substring(0, mark),
        mark < 0 ? "" : asked.substring(mark + 1),
        headers,
        body);
  }

  private static EndpointAnswer whole(ApiAnswer.Whole whole) {
    return new EndpointAnswer(
        whole.status(),
        whole.headers().getOrDefault("Content-Type", "application/json"),
        whole.body(),
        whole.headers());
  }

  private static void answer(
      PieceWriter lists, Exchange exchange, ApiAnswer answer, Predicate<String> stillSignedIn) {
    if (answer instanceof ApiAnswer.Whole whole) {
      exchange.answer(whole(whole));
    } else if (answer instanceof ApiAnswer.Pieces pieces) {
      lists.send(exchange, pieces);
    } else if (answer instanceof ApiAnswer.Stream stream) {
      AnswerStream out =
          exchange.stream(
              stream.status(),
              stream.headers().getOrDefault("Content-Type", "text/event-stream"),
              stream.headers());
      Optional<String> cookies =
          exchange.header("authorization").isPresent()
              ? Optional.empty()
              : exchange.header("cookie").filter(text -> text.contains(SignIns.COOKIE));
      ApiAnswer.Subscription open =
          stream
              .source()
              .open(
                  bytes ->
                      (cookies.isEmpty() || stillSignedIn.test(cookies.get()))
                          ? send(out, bytes)
                          : end(out));
      Failures.log(exchange.clientLeft().thenRun(open::close), "the end of an event stream");
    }
  }

  private static boolean end(AnswerStream out) {
    out.finish(new byte[0]);
    return false;
  }

  /** A client that doesn't read is disconnected: events may be lost, facts not. */
  private static boolean send(AnswerStream out, byte[] bytes) {
    if (out.isFull()) {
      return false;
    }
    out.write(bytes);
    return true;
  }
}
