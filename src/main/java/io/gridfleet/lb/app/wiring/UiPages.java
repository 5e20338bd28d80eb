package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.router.Endpoint;
import io.gridfleet.lb.router.EndpointAnswer;
import io.gridfleet.lb.router.Exchange;
import io.gridfleet.lb.router.Route;
import io.gridfleet.lb.ui.UiAsset;
import io.gridfleet.lb.ui.UiAssets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code /ui} and its files. All addresses of screens get the same page, which knows what to show.
 */
final class UiPages implements Endpoint {
  private static final int OK = 200;
  private static final int NOT_MODIFIED = 304;
  private static final int NOT_FOUND = 404;
  private static final String IMMUTABLE = "public, max-age=31536000, immutable";

  private static final Set<String> SIGN_IN =
      Set.of(UiSignIn.SESSION, UiSignIn.SIGN_IN, UiSignIn.SIGN_OUT);

  private final OnceRead<UiAssets> assets;
  private final Endpoint signIn;

  /**
   * @param signIn answers the paths of sign-ins
   */
  UiPages(OnceRead<UiAssets> assets, Endpoint signIn) {
    this.assets = assets;
    this.signIn = signIn;
  }

  @Override
  public void handle(Exchange exchange) {
    String path = path(exchange);
    if (SIGN_IN.contains(path)) {
      signIn.handle(exchange);
      return;
    }
    Failures.log(
        assets
            .get()
            .handle(
                (known, failure) -> {
                  exchange.answer(
                      known == null
                          ? OnceRead.failed(failure, "The files of these pages can't be read.\n")
                          : answer(known, path, exchange));
                  return null;
                }),
        "the page " + path);
  }

  static String path(Exchange exchange) {
    return ((Route.Ui) exchange.route()).path().split("\\?", 2)[0];
  }

  private static EndpointAnswer answer(UiAssets assets, String path, Exchange exchange) {
    if (!path.startsWith(UiAssets.FOLDER)) {
      return page(assets, path, exchange);
    }
    Optional<UiAsset> file = assets.find(path);
    return file.isPresent()
        ? whole(OK, file.get(), exchange).with("Cache-Control", IMMUTABLE)
        : EndpointAnswer.text(NOT_FOUND, "There is no file " + path + "\n");
  }

  private static EndpointAnswer page(UiAssets assets, String path, Exchange exchange) {
    boolean known = UiAssets.hasScreen(path);
    EndpointAnswer page =
        whole(known ? OK : NOT_FOUND, assets.page(), exchange)
            .with("Content-Security-Policy", assets.policy())
            .with("Referrer-Policy", "no-referrer");
    String tag = page.headers().get("ETag");
    boolean kept =
        known && exchange.headers("If-None-Match").stream().anyMatch(tags -> tags.contains(tag));
    return kept
        ? new EndpointAnswer(NOT_MODIFIED, page.contentType(), new byte[0], page.headers())
            .with("Content-Length", String.valueOf(page.body().length))
        : page;
  }

  private static EndpointAnswer whole(int status, UiAsset file, Exchange exchange) {
    boolean gzip = acceptsGzip(exchange);
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put("Vary", "Accept-Encoding");
    headers.put("ETag", "\"" + file.hash() + (gzip ? "-gzip" : "") + "\"");
    if (gzip) {
      headers.put("Content-Encoding", "gzip");
    }
    return new EndpointAnswer(
        status, file.contentType(), gzip ? file.gzip() : file.content(), headers);
  }

  private static boolean acceptsGzip(Exchange exchange) {
    for (String accepted : exchange.headers("Accept-Encoding")) {
      for (String coding : accepted.toLowerCase(Locale.ROOT).split(",", -1)) {
        String[] parts = coding.split(";", 2);
        boolean refused = parts.length > 1 && parts[1].replace(" ", "").matches("q=0(\\.0*)?");
        if (parts[0].strip().equals("gzip") && !refused) {
          return true;
        }
      }
    }
    return false;
  }
}
