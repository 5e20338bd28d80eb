package io.gridfleet.lb.node;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The TLS of all connections to nodes: made by the first one, and the same for all. */
final class TlsWithNodes {
  private final NodeTrust trust;
  private @Nullable SslContext context;

  TlsWithNodes(NodeTrust trust) {
    this.trust = trust;
  }

  /** Certificates and names are checked. */
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
