package io.gridfleet.lb.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;

/** The HTTP/1.1 codecs for clients and nodes, strict in what could be parsed in two ways. */
public final class Codecs {
  /**
   * Bodies are forwarded in the pieces in which they are read; no piece is split below this size.
   */
  private static final int PIECE = 256 * 1024;

  /** Almost no body has trailers, but the end of each has an object for them: a small one. */
  private static final HttpHeadersFactory TRAILERS =
      new HttpHeadersFactory() {
        @Override
        public HttpHeaders newHeaders() {
          return DefaultHttpHeadersFactory.trailersFactory().newEmptyHeaders();
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
          return newHeaders();
        }
      };

  private Codecs() {}

  private static HttpDecoderConfig config(int firstLine, int headers) {
    return new HttpDecoderConfig()
        .setMaxInitialLineLength(firstLine)
        .setMaxHeaderSize(headers)
        .setMaxChunkSize(PIECE)
        .setTrailersFactory(TRAILERS)
        .setAllowDuplicateContentLengths(false)
        .setStrictLineParsing(true)
        .setUseRfc9112TransferEncoding(true);
  }

  /** Decodes requests of clients; a length given twice or in two ways makes the message invalid. */
  public static final class RequestDecoder extends HttpRequestDecoder {
    private boolean fed;

    public RequestDecoder(HttpLimits limits) {
      super(config(limits.requestLine(), limits.headers()));
    }

    /** Returns whether bytes have arrived since the last call. */
    public boolean takeFed() {
      boolean was = fed;
      fed = false;
      return was;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
      fed = true;
      super.channelRead(context, message);
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
      AsciiString known = KnownNames.find(line, start, length);
      return known == null ? super.splitHeaderName(line, start, length) : known;
    }

    @Override
    protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
      requireSpaceBefore(line, start);
      return super.splitSecondWordInitialLine(line, start, length);
    }

    @Override
    protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
      requireSpaceBefore(line, start);
      String version = super.splitThirdWordInitialLine(line, start, length);
      if (!version.startsWith("HTTP/")) {
        throw new IllegalArgumentException("no version of HTTP");
      }
      return version;
    }

    /**
     * The superclass accepts tabs, form feeds and more as blanks, which another server may read
     * differently.
     */
    private static void requireSpaceBefore(byte[] line, int start) {
      int before = start - 1;
      while (before > 0 && line[before] == ' ') {
        before--;
      }
      if (before == start - 1 || line[before] < ' ') {
        throw new IllegalArgumentException("a blank that is no space");
      }
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
      throw new IllegalArgumentException("Content-Length together with Transfer-Encoding");
    }
  }

  /** Encodes answers to clients, without bodies where the request is HEAD. */
  public static final class AnswerEncoder extends HttpResponseEncoder {
    private boolean toHead;

    /** Sets whether the next answer is sent without its body, whatever its headers say. */
    public void answersHead(boolean toHead) {
      this.toHead = toHead;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse answer) {
      return toHead || answer.status().code() == 304 || super.isContentAlwaysEmpty(answer);
    }
  }

  /**
   * Decodes answers of nodes, one for each request. Bytes that arrive while no answer is expected
   * close the connection: they belong to no request.
   */
  public static final class AnswerDecoder extends HttpResponseDecoder {
    private static final int FIRST_LINE = 16 * 1024;
    private static final int HEADERS = 256 * 1024;

    private boolean expected;
    private boolean toHead;

    public AnswerDecoder() {
      super(config(FIRST_LINE, HEADERS).setStrictLineParsing(false));
    }

    /**
     * Expects an answer from now on.
     *
     * @param toHead whether it has no body, whatever its headers say
     */
    public void expectAnswer(boolean toHead) {
      this.toHead = toHead;
      expected = true;
    }

    /** Ends the answer. Returns whether nothing was read beyond it. */
    public boolean endAnswer() {
      expected = false;
      return actualReadableBytes() == 0;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
      if (expected) {
        super.channelRead(context, message);
      } else {
        ReferenceCountUtil.release(message);
        ChannelOutput.close(context);
      }
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
      AsciiString known = KnownNames.find(line, start, length);
      return known == null ? super.splitHeaderName(line, start, length) : known;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
      return toHead
          || ((HttpResponse) message).status().code() == 101
          || super.isContentAlwaysEmpty(message);
    }
  }
}
