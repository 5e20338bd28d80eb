package io.gridfleet.lb.newsession.answer;

import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.util.LinkedHashMap;
import java.util.Map;

/** The page of the web UI that explains a request. */
public final class RequestPage {
  private RequestPage() {}

  /** Returns its address on the server as the client sees it. */
  public static String address(NewSessionRequest request) {
    PublicUrls.Base base = PublicUrls.Base.of(request);
    return (base.secure() ? "https://" : "http://")
        + base.authority()
        + "/ui/requests/"
        + request.id();
  }

  /** Returns a text with the address at its end. */
  public static String mentionedIn(String text, NewSessionRequest request) {
    return text + separator(text) + "See " + address(request);
  }

  /** A text of several lines ends with a mark below the one before. */
  private static String separator(String text) {
    if (text.indexOf('\n') >= 0) {
      return "\n";
    }
    return text.endsWith(".") || text.endsWith("!") || text.endsWith("?") ? " " : ". ";
  }

  /** Returns an error whose message ends with the address, and whose data has the request's id. */
  public static WebDriverError mentionedIn(WebDriverError error, NewSessionRequest request) {
    Map<String, Object> data = new LinkedHashMap<>(error.data());
    data.put("request", request.id());
    return new WebDriverError(
        error.code(), error.status(), mentionedIn(error.message(), request), data);
  }
}
