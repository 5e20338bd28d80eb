package io.gridfleet.lb.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.router.Answer;
import io.gridfleet.lb.router.Exchange;
import io.gridfleet.lb.router.Route;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpResponse;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages for people when something is wrong: every request is answered. */
final class OwnPagesTest {

  @ParameterizedTest
  @ValueSource(strings = {"text/html", "*/*"})
  void anOverviewThatFailsIsAnError(String accept) {
    OwnPages pages =
        new OwnPages(
            () -> {
              throw new IllegalStateException("the lab can't be read");
            },
            Runnable::run);
    Asked asked = new Asked("/", accept);

    pages.handle(asked);

    assertThat(asked.answers).singleElement().extracting(Answer::status).isEqualTo(500);
    assertThat(asked.text()).doesNotContain("the lab can't be read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/docs"})
  void aServerThatStopsSaysSo(String path) {
    OwnPages pages =
        new OwnPages(
            () -> {
              throw new AssertionError("not asked");
            },
            work -> {
              throw new RejectedExecutionException("stopping");
            });
    Asked asked = new Asked(path, "text/html");

    pages.handle(asked);

    assertThat(asked.answers).singleElement().extracting(Answer::status).isEqualTo(503);
  }

  @Test
  void pagesAreReadOnceAndAgainOnlyAfterAFailure() {
    List<Runnable> handed = new ArrayList<>();
    OwnPages pages =
        new OwnPages(
            () -> {
              throw new AssertionError("not asked");
            },
            handed::add);
    Asked first = new Asked("/docs", "text/html");
    Asked second = new Asked("/docs/selectors", "text/html");

    pages.handle(first);
    pages.handle(second);
    assertThat(handed).hasSize(1);
    assertThat(first.answers).isEmpty();
    handed.remove(0).run();

    assertThat(first.text()).contains("<title>GridFleet LB documentation</title>");
    assertThat(second.text()).contains("<title>Selectors</title>");
    Asked third = new Asked("/docs", "text/html");
    pages.handle(third);
    assertThat(handed).isEmpty();
    assertThat(third.text()).isEqualTo(first.text());
  }

  /** A request that remembers its answers. */
  private static final class Asked implements Exchange {
    private final Route route;
    private final String accept;
    final List<Answer> answers = new ArrayList<>();

    Asked(String path, String accept) {
      this.route = new Route.Ui(path);
      this.accept = accept;
    }

    String text() {
      return new String(answers.get(0).body(), StandardCharsets.UTF_8);
    }

    @Override
    public Route route() {
      return route;
    }

    @Override
    public String method() {
      return "GET";
    }

    @Override
    public String target() {
      return ((Route.Ui) route).path();
    }

    @Override
    public Optional<String> header(String name) {
      return headers(name).stream().findFirst();
    }

    @Override
    public List<String> headers(String name) {
      return name.equalsIgnoreCase("accept") ? List.of(accept) : List.of();
    }

    @Override
    public SocketAddress client() {
      return InetSocketAddress.createUnresolved("client", 1);
    }

    @Override
    public boolean canStream() {
      return true;
    }

    @Override
    public Executor executor() {
      return Runnable::run;
    }

    @Override
    public CompletableFuture<byte[]> body() {
      return CompletableFuture.completedFuture(new byte[0]);
    }

    @Override
    public CompletableFuture<Void> clientLeft() {
      return new CompletableFuture<>();
    }

    @Override
    public void answer(Answer answer) {
      answers.add(answer);
    }

    @Override
    public AnswerStream stream(int status, String contentType, Map<String, String> headers) {
      throw new AssertionError("pages are whole");
    }

    @Override
    public Channel upgrade(HttpResponse switching, ChannelHandler handler) {
      throw new AssertionError("pages are no sockets");
    }
  }
}
