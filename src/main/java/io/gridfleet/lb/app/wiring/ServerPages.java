package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.documents.Documents;
import io.gridfleet.lb.documents.Overview;
import io.gridfleet.lb.documents.ServedDocument;
import io.gridfleet.lb.router.Endpoint;
import io.gridfleet.lb.router.EndpointAnswer;
import io.gridfleet.lb.router.Exchange;
import io.gridfleet.lb.router.Route;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages for people: {@code /} leads browsers to the UI and is an overview for terminals, {@code
 * /docs} has the documents, which are read and rendered at the first request.
 */
final class ServerPages implements Endpoint {
  private static final Logger log = LoggerFactory.getLogger(ServerPages.class);
  private static final String DOCS = "/docs";
  private static final String UI = "/ui";
  private static final int OK = 200;
  private static final int FOUND = 302;
  private static final int NOT_FOUND = 404;
  private static final int FAILED = 500;

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
  private final Endpoint ui;
  private final Executor elsewhere;
  private final OnceRead<Documents> documents;

  /**
   * @param ui answers {@code /ui} and below
   * @param elsewhere runs what takes too long for an event loop
   */
  ServerPages(Supplier<Overview> overview, Endpoint ui, Executor elsewhere) {
    this.overview = overview;
    this.ui = ui;
    this.elsewhere = elsewhere;
    this.documents = new OnceRead<>("the documents", Documents::read, elsewhere);
  }

  @Override
  public void handle(Exchange exchange) {
    String path = ((Route.Ui) exchange.route()).path().split("\\?", 2)[0];
    if (path.equals(DOCS) || path.startsWith(DOCS + "/")) {
      Failures.log(
          documents
              .get()
              .handle(
                  (known, failure) -> {
                    exchange.answer(document(known, failure, path));
                    return null;
                  }),
          "the page " + path);
    } else if (path.equals(UI) || path.startsWith(UI + "/")) {
      ui.handle(exchange);
    } else if (wantsHtml(exchange)) {
      exchange.answer(
          EndpointAnswer.text(FOUND, "See " + UI + "\n")
              .with("Location", UI)
              .with("Vary", "Accept"));
    } else {
      front(exchange);
    }
  }

  /** The overview reads every device, too much for an event loop. */
  private void front(Exchange exchange) {
    try {
      elsewhere.execute(() -> exchange.answer(front()));
    } catch (RejectedExecutionException stopping) {
      exchange.answer(OnceRead.stopping());
    }
  }

  private EndpointAnswer front() {
    try {
      return EndpointAnswer.text(OK, overview.get().text()).with("Vary", "Accept");
    } catch (RuntimeException mistake) {
      log.error("GET / can't be answered", mistake);
      return EndpointAnswer.text(FAILED, "Something is wrong in GridFleet LB\n");
    }
  }

  /** Browsers accept HTML by name; curl and scripts accept anything. */
  private static boolean wantsHtml(Exchange exchange) {
    return exchange.headers("Accept").stream()
        .anyMatch(accepted -> accepted.toLowerCase(Locale.ROOT).contains("text/html"));
  }

  private static EndpointAnswer document(
      @Nullable Documents known, @Nullable Throwable failure, String path) {
    if (known == null) {
      return OnceRead.failed(failure, "The documents can't be read.\n");
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
}
