package io.gridfleet.lb.ui;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds how fast tokens can be tried out: an address, or a whole IPv6 network, has {@value
 * #MAX_FAILURES} wrong ones in a minute. Any thread.
 */
public final class SignInLimit {
  static final int MAX_FAILURES = 10;
  static final Duration WINDOW = Duration.ofMinutes(1);

  /** Addresses that are remembered; with more than these at once the eldest are forgotten. */
  private static final int MAX_ADDRESSES = 10_000;

  /** The bytes of an IPv6 address that name its network. */
  private static final int NETWORK_BYTES = 8;

  private final Cache<String, AtomicInteger> failures;

  public SignInLimit(Ticker ticker) {
    this.failures =
        Caffeine.newBuilder()
            .maximumSize(MAX_ADDRESSES)
            .expireAfterWrite(WINDOW)
            .ticker(ticker)
            .executor(Runnable::run)
            .build();
  }

  /** Whether this address may try another token now. */
  public boolean allows(InetAddress address) {
    AtomicInteger count = failures.getIfPresent(network(address));
    return count == null || count.get() < MAX_FAILURES;
  }

  public void failed(InetAddress address) {
    failures.get(network(address), unknown -> new AtomicInteger()).incrementAndGet();
  }

  private static String network(InetAddress address) {
    byte[] bytes = address.getAddress();
    return Arrays.toString(
        bytes.length > NETWORK_BYTES ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
  }
}
