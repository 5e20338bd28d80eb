package io.gridfleet.lb.node;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Resolves names with the JDK, whose lookups block, on threads of its own; address literals are
 * parsed in place. The JDK caches answers for half a minute.
 */
final class BlockingNameResolver extends AddressResolverGroup<InetSocketAddress> {
  /** Two, so that one name whose servers are silent doesn't block all others. */
  private static final int THREADS = 2;

  private final ExecutorService lookups = lookups();

  private static ExecutorService lookups() {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "node-names");
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  @Override
  protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
    return new Names(executor).asAddressResolver();
  }

  private final class Names extends InetNameResolver {
    Names(EventExecutor executor) {
      super(executor);
    }

    @Override
    protected void doResolve(String name, Promise<InetAddress> promise) {
      byte[] address = NetUtil.createByteArrayFromIpAddressString(name);
      if (address != null) {
        read(address, promise);
      } else {
        lookups.execute(() -> lookUp(name, promise));
      }
    }

    private static void read(byte[] address, Promise<InetAddress> promise) {
      try {
        promise.setSuccess(InetAddress.getByAddress(address));
      } catch (UnknownHostException e) {
        promise.setFailure(e);
      }
    }

    private static void lookUp(String name, Promise<InetAddress> promise) {
      try {
        promise.setSuccess(InetAddress.getByName(name));
      } catch (UnknownHostException e) {
        promise.setFailure(e);
      }
    }

    @Override
    protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
      lookups.execute(
          () -> {
            try {
              promise.setSuccess(Arrays.asList(InetAddress.getAllByName(name)));
            } catch (UnknownHostException e) {
              promise.setFailure(e);
            }
          });
    }
  }
}
