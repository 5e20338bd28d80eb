package io.gridfleet.lb.router;

import io.gridfleet.lb.http.Codecs;
import io.gridfleet.lb.http.HeadWithBody;
import io.gridfleet.lb.http.HttpLimits;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;

/**
 * The handlers of a client's channel: the HTTP codec in front of a {@link FrontConnection}, until a
 * tunnel takes their place. Owner: the channel's event loop.
 */
final class ClientPipeline {
  private final Codecs.RequestDecoder decoder;
  private final Codecs.AnswerEncoder encoder = new Codecs.AnswerEncoder();
  private final HeadWithBody joiner = new HeadWithBody();

  ClientPipeline(HttpLimits limits) {
    this.decoder = new Codecs.RequestDecoder(limits);
  }

  void install(Channel channel, ChannelHandler connection) {
    channel
        .pipeline()
        .addLast("http-in", decoder)
        .addLast("http-out", encoder)
        .addLast("head-with-body", joiner)
        .addLast("connection", connection);
  }

  /** The answer to a HEAD has no body, whatever its headers say: the encoder must know it. */
  void begin(HttpRequest head) {
    encoder.answersHead(head.method().equals(HttpMethod.HEAD));
  }

  /** Returns whether the decoder was fed since the last call: a head may have begun. */
  boolean takeFed() {
    return decoder.takeFed();
  }

  /**
   * Gives the channel to a tunnel. It is added before the decoder is removed, because removing the
   * decoder passes on what it has read already; the connection is gone by then and sees none of it.
   */
  void handOver(Channel channel, ChannelHandler connection, ChannelHandler tunnel) {
    channel.pipeline().addLast("tunnel", tunnel);
    channel.pipeline().remove(connection);
    channel.pipeline().remove(joiner);
    channel.pipeline().remove(encoder);
    channel.pipeline().remove(decoder);
  }
}
