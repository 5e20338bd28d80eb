package io.gridfleet.lb.node;

import java.time.Duration;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * An OkHttp client with a bounded number of named daemon threads of its own. It is created by the
 * first call, because it reads the machine's certificates, which would delay the start of the
 * program.
 */
final class NodeCalls implements AutoCloseable {
  /** Longer than a probe's default interval, shorter than the keep-alive of usual nodes. */
  private static final int KEEP_ALIVE_SECONDS = 15;

  /** Clients derived from one share its TLS: the machine's certificates are read once. */
  private static final class Shared {
    static final OkHttpClient PLAIN = new OkHttpClient();
  }

  private final ThreadPoolExecutor threads;
  private final int mostAtOnce;
  private final Duration connect;
  private final Duration timeout;
  private final NodeTrust trust;
  private @Nullable OkHttpClient http;

  /**
   * Creates the client; threads are created when needed, one for each running call.
   *
   * @param timeout for a whole call, connecting included
   */
  NodeCalls(
      String threadPrefix, int mostAtOnce, Duration connect, Duration timeout, NodeTrust trust) {
    AtomicInteger number = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            KEEP_ALIVE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(task, threadPrefix + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    this.mostAtOnce = mostAtOnce;
    this.connect = connect;
    this.timeout = timeout;
    this.trust = trust;
  }

  synchronized OkHttpClient http() {
    if (http == null) {
      Dispatcher dispatcher = new Dispatcher(threads);
      dispatcher.setMaxRequests(mostAtOnce);
      dispatcher.setMaxRequestsPerHost(mostAtOnce);
      http =
          trusting()
              .dispatcher(dispatcher)
              .connectionPool(new ConnectionPool(mostAtOnce, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS))
              .connectTimeout(connect)
              .readTimeout(timeout)
              .callTimeout(timeout)
              .followRedirects(false)
              .retryOnConnectionFailure(true)
              .build();
    }
    return http;
  }

  private OkHttpClient.Builder trusting() {
    OkHttpClient.Builder plain = Shared.PLAIN.newBuilder();
    return trust.addsToJava()
        ? plain.sslSocketFactory(trust.context().getSocketFactory(), trust.manager())
        : plain;
  }

  @Override
  public synchronized void close() {
    threads.shutdown();
    if (http != null) {
      http.dispatcher().cancelAll();
      http.connectionPool().evictAll();
    }
  }
}
