package io.gridfleet.lb.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Opens sessions with a WebSocket each through one address. The input line {@code load ACTIVE BYTES SECONDS} keeps one message under way on each of the active tunnels.
 */
public final class TunnelLoad {
  /** More concurrent creations would measure the queue of the node's single event loop. */
  private static final int OPENING_AT_ONCE = 32;

  private static final String CREATION =
      "{\"capabilities\":{\"alwaysMatch\":{\"browserName\":\"chrome\",\"webSocketUrl\":true}}}";

  private final URI base;
  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<EchoCaller> tunnels = new ArrayList<>();
  private final AtomicLong failed = new AtomicLong();
  private final ObjectMapper json = new ObjectMapper();

  private TunnelLoad(URI base) {
    this.base = base;
  }

  public static void main(String[] arguments) throws Exception {
    TunnelLoad load = new TunnelLoad(URI.create(arguments[0]));
    long began = System.nanoTime();
    load.open(Integer.parseInt(arguments[1]));
    System.out.printf(
        "OPEN {\"count\":%d,\"failed\":%d,\"seconds\":%.3f}%n",
        load.tunnels.size(), load.failed.get(), (System.nanoTime() - began) / 1e9);
    load.obey(new BufferedReader(new InputStreamReader(System.in)));
    load.loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    System.exit(0);
  }

  private void obey(BufferedReader orders) throws IOException, InterruptedException {
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      String[] words = line.trim().split(" ");
      if (words[0].equals("load")) {
        load(Integer.parseInt(words[1]), Integer.parseInt(words[2]), Double.parseDouble(words[3]));
      }
    }
  }

  private void open(int count) throws InterruptedException {
    Semaphore room = new Semaphore(OPENING_AT_ONCE);
    for (int i = 0; i < count; i++) {
      room.acquire();
      socketUrl()
          .thenCompose(this::connect)
          .whenComplete(
              (caller, trouble) -> {
                if (trouble == null) {
                  synchronized (tunnels) {
                    tunnels.add(caller);
                  }
                } else if (failed.getAndIncrement() == 0) {
                  System.err.println(trouble);
                }
                room.release();
              });
    }
    room.acquire(OPENING_AT_ONCE);
  }

  private CompletableFuture<URI> socketUrl() {
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve("/session"))
            .header("Content-Type", "application/json; charset=utf-8")
            .POST(HttpRequest.BodyPublishers.ofString(CREATION))
            .build();
    return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .thenApply(answer -> throughBase(answer.body()));
  }

  /** The answer's path at the measured address: a proxy that doesn't rewrite the answer leaves the node's address in it. */
  private URI throughBase(String answer) {
    try {
      JsonNode told = json.readTree(answer).path("value").path("capabilities").path("webSocketUrl");
      if (!told.isTextual()) {
        throw new IllegalStateException("no webSocketUrl in " + answer);
      }
      return URI.create("ws://" + base.getAuthority() + URI.create(told.asText()).getPath());
    } catch (IOException e) {
      throw new IllegalStateException(answer, e);
    }
  }

  private CompletableFuture<EchoCaller> connect(URI url) {
    EchoCaller caller = new EchoCaller();
    var config = WebSocketClientProtocolConfig.newBuilder().webSocketUri(url).build();
    new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                channel
                    .pipeline()
                    .addLast(new HttpClientCodec())
                    .addLast(new HttpObjectAggregator(65536))
                    .addLast(new WebSocketClientProtocolHandler(config))
                    .addLast(caller);
              }
            })
        .connect(url.getHost(), url.getPort())
        .addListener(
            future -> {
              if (!future.isSuccess()) {
                caller.opened().completeExceptionally(future.cause());
              }
            });
    return caller.opened();
  }

  private void load(int active, int bytes, double seconds) throws InterruptedException {
    Lapses lapses = new Lapses();
    List<EchoCaller> asked = tunnels.subList(0, Math.min(active, tunnels.size()));
    long began = System.nanoTime();
    asked.forEach(each -> each.begin(lapses, bytes));
    TimeUnit.MILLISECONDS.sleep(Math.round(seconds * 1000));
    asked.forEach(EchoCaller::end);
    double took = (System.nanoTime() - began) / 1e9;
    // Messages under way return on the single loop that counts.
    TimeUnit.MILLISECONDS.sleep(300);
    long broken = asked.stream().map(EchoCaller::channel).filter(each -> !each.isActive()).count();
    CompletableFuture<String> told = new CompletableFuture<>();
    Channel any = asked.get(0).channel();
    any.eventLoop().execute(() -> told.complete(lapses.result(took, broken)));
    System.out.println(told.join());
  }
}
