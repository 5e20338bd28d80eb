package io.gridfleet.lb.app.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code status}: queries whether a running server accepts new sessions. */
@Command(
    name = "status",
    description = "Queries whether a running server accepts new sessions.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {"0:it does", "1:it doesn't, or doesn't answer", "2:the url is none"})
final class ShowStatus implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int OK = 200;
  private static final int WRONG = 2;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Where it listens; default ${DEFAULT-VALUE}.",
      defaultValue = "http://127.0.0.1:4444")
  private String url = "http://127.0.0.1:4444";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    URI ready;
    try {
      ready = ready(url);
    } catch (IllegalArgumentException wrong) {
      err.println("--url must be a url such as http://127.0.0.1:4444, not '" + url + "'");
      return WRONG;
    }
    HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    HttpRequest request = HttpRequest.newBuilder(ready).timeout(PATIENCE).build();
    try {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      out.println(answer.body().strip());
      return answer.statusCode() == OK ? 0 : 1;
    } catch (IOException silent) {
      err.println(url + " does not answer: " + why(silent));
      return 1;
    }
  }

  private static URI ready(String url) {
    URI ready = URI.create(url.strip().replaceFirst("/+$", "") + "/readyz");
    boolean http =
        "http".equalsIgnoreCase(ready.getScheme()) || "https".equalsIgnoreCase(ready.getScheme());
    if (!http || ready.getHost() == null || ready.getUserInfo() != null) {
      throw new IllegalArgumentException(url);
    }
    return ready;
  }

  /** The JDK's client has no message for the most frequent failures. */
  private static String why(IOException silent) {
    if (silent instanceof HttpTimeoutException) {
      return "no answer within " + PATIENCE.toSeconds() + " s";
    }
    if (silent.getCause() instanceof UnresolvedAddressException) {
      return "there is no host of that name";
    }
    if (silent instanceof ConnectException) {
      return "nothing listens there; is the server running?";
    }
    return silent.getMessage() == null ? silent.getClass().getSimpleName() : silent.getMessage();
  }
}
