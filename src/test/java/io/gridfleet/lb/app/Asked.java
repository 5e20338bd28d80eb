package io.gridfleet.lb.app;

import io.gridfleet.lb.router.EndpointAnswer;
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

/** A request that records its answers. */
public final class Asked implements Exchange {
  private final Route route;
  private final String accept;
  public final List<EndpointAnswer> answers = new ArrayList<>();
  public final CompletableFuture<Void> left = new CompletableFuture<>();

  public Asked(Route route, String accept) {
    this.route = route;
    this.accept = accept;
  }

  public String text() {
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
    return route instanceof Route.Ui page ? page.path() : ((Route.Api) route).path();
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
    return left;
  }

  @Override
  public void answer(EndpointAnswer answer) {
    answers.add(answer);
  }

  @Override
  public AnswerStream stream(int status, String contentType, Map<String, String> headers) {
    throw new AssertionError("answers are whole");
  }

  @Override
  public Channel upgrade(HttpResponse switching, ChannelHandler handler) {
    throw new AssertionError("answers are no sockets");
  }
}
