package io.gridfleet.lb.node;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The TLS context of all connections to nodes, created by the first one. Any thread. */
final class TlsWithNodes {
  private final NodeTrust trust;
  private @Nullable SslContext context;

  TlsWithNodes(NodeTrust trust) {
    this.trust = trust;
  }

  /** Returns the context, which verifies certificates and names. */
  synchronized SslContext context() throws SSLException {
    if (context == null) {
      context =
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.JDK)
              .trustManager(trust.manager())
              .endpointIdentificationAlgorithm("HTTPS")
              .build();
    }
    return context;
  }
}
