package io.gridfleet.lb.node;

import io.gridfleet.lb.http.Deadlines;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import javax.net.ssl.SSLException;

/**
 * Opens connections to nodes: socket options, name resolution off the loop, TLS where configured.
 */
record NodeConnecting(
    Class<? extends SocketChannel> sockets,
    Deadlines deadlines,
    Duration connectTimeout,
    Duration idleLimit,
    BlockingNameResolver names,
    TlsWithNodes tls) {

  ChannelFuture open(EventLoop loop, NodeAddress node) {
    return new Bootstrap()
        .group(loop)
        .channel(sockets)
        .resolver(names)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(connectTimeout.toMillis()))
        .handler(UnreadInput.firstHandler(sockets))
        .connect(InetSocketAddress.createUnresolved(node.host(), node.port()));
  }

  /** Returns the TLS handler of a connection; it verifies the node's certificate and name. */
  SslHandler tls(ChannelFuture connected, NodeAddress node) throws SSLException {
    SslHandler handler =
        tls.context().newHandler(connected.channel().alloc(), node.host(), node.port());
    handler.setHandshakeTimeoutMillis(connectTimeout.toMillis());
    return handler;
  }
}
