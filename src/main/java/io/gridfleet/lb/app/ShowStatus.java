package io.gridfleet.lb.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code status}: asks a running server whether it takes new sessions. */
@Command(
    name = "status",
    description = "Asks a running server whether it takes new sessions.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {"0:it does", "1:it doesn't, or doesn't answer"})
public final class ShowStatus implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int OK = 200;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Where it listens; default ${DEFAULT-VALUE}.",
      defaultValue = "http://127.0.0.1:4444")
  private URI url = URI.create("http://127.0.0.1:4444");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    HttpRequest ready =
        HttpRequest.newBuilder(URI.create(url + "/readyz")).timeout(PATIENCE).build();
    try {
      HttpResponse<String> answer = client.send(ready, HttpResponse.BodyHandlers.ofString());
      out.println(answer.body().strip());
      return answer.statusCode() == OK ? 0 : 1;
    } catch (IOException silent) {
      spec.commandLine().getErr().println(url + " does not answer: " + silent.getMessage());
      return 1;
    }
  }
}
