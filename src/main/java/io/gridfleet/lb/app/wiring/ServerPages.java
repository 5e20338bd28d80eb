package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.documents.Documents;
import io.gridfleet.lb.documents.Overview;
import io.gridfleet.lb.documents.ServedDocument;
import io.gridfleet.lb.router.Endpoint;
import io.gridfleet.lb.router.EndpointAnswer;
import io.gridfleet.lb.router.Exchange;
import io.gridfleet.lb.router.Route;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages for people: {@code /} is an overview, {@code /docs} has the documents. They are read
 * and rendered at the first request, once, away from the event loops; a failure is answered with
 * 500 and retried at the next request.
 */
final class ServerPages implements Endpoint {
  private static final Logger log = LoggerFactory.getLogger(ServerPages.class);
  private static final String DOCS = "/docs";
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int FAILED = 500;
  private static final int UNAVAILABLE = 503;

  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
              + " frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer");

  private final Supplier<Overview> overview;
  private final Executor elsewhere;
  private final AtomicReference<@Nullable CompletableFuture<Documents>> documents =
      new AtomicReference<>();

  ServerPages(Supplier<Overview> overview, Executor elsewhere) {
    this.overview = overview;
    this.elsewhere = elsewhere;
  }

  @Override
  public void handle(Exchange exchange) {
    String path = ((Route.Ui) exchange.route()).path().split("\\?", 2)[0];
    if (path.equals(DOCS) || path.startsWith(DOCS + "/")) {
      documents().whenComplete((known, failure) -> exchange.answer(document(known, failure, path)));
    } else if (path.equals("/")) {
      boolean html = wantsHtml(exchange);
      documents().whenComplete((known, failure) -> front(exchange, html ? known : null));
    } else {
      exchange.answer(notFound(path));
    }
  }

  /** The overview reads every device, too much for an event loop. */
  private void front(Exchange exchange, @Nullable Documents frame) {
    try {
      elsewhere.execute(() -> exchange.answer(front(frame)));
    } catch (RejectedExecutionException stopping) {
      exchange.answer(stopping());
    }
  }

  private EndpointAnswer front(@Nullable Documents frame) {
    try {
      Overview now = overview.get();
      EndpointAnswer answer =
          frame == null ? EndpointAnswer.text(OK, now.text()) : html(frame.page(now));
      return answer.with("Vary", "Accept");
    } catch (RuntimeException mistake) {
      log.error("GET / can't be answered", mistake);
      return EndpointAnswer.text(FAILED, "Something is wrong in GridFleet LB\n");
    }
  }

  private static EndpointAnswer stopping() {
    return EndpointAnswer.text(UNAVAILABLE, "This server is stopping.\n");
  }

  /** Browsers accept HTML by name; curl and scripts accept anything. */
  private static boolean wantsHtml(Exchange exchange) {
    return exchange.headers("Accept").stream()
        .anyMatch(accepted -> accepted.toLowerCase(Locale.ROOT).contains("text/html"));
  }

  private static EndpointAnswer document(
      @Nullable Documents known, @Nullable Throwable failure, String path) {
    if (failure instanceof RejectedExecutionException) {
      return stopping();
    }
    if (known == null) {
      return EndpointAnswer.text(FAILED, "The documents can't be read.\n");
    }
    String name = path.length() > DOCS.length() ? path.substring(DOCS.length() + 1) : "";
    return known.find(name).map(ServerPages::html).orElseGet(() -> notFound(path));
  }

  private static EndpointAnswer html(ServedDocument document) {
    return new EndpointAnswer(OK, document.contentType(), document.body(), HEADERS);
  }

  private static EndpointAnswer notFound(String path) {
    return EndpointAnswer.text(
        NOT_FOUND, "There is no page " + path + "; /docs lists the documents.\n");
  }

  private CompletableFuture<Documents> documents() {
    CompletableFuture<Documents> reading = new CompletableFuture<>();
    CompletableFuture<Documents> known = documents.compareAndExchange(null, reading);
    if (known != null) {
      return known;
    }
    read(reading);
    return reading;
  }

  private void read(CompletableFuture<Documents> reading) {
    try {
      elsewhere.execute(
          () -> {
            try {
              reading.complete(Documents.read());
            } catch (RuntimeException failure) {
              log.error("the documents can't be read", failure);
              fail(reading, failure);
            }
          });
    } catch (RejectedExecutionException stopping) {
      fail(reading, stopping);
    }
  }

  private void fail(CompletableFuture<Documents> reading, RuntimeException failure) {
    documents.set(null);
    reading.completeExceptionally(failure);
  }
}
