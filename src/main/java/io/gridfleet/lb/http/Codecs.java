package io.gridfleet.lb.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.util.ReferenceCountUtil;

/** The HTTP/1.1 codecs of both edges, strict in what could be read in two ways. */
public final class Codecs {
  /** Bodies travel in the pieces in which they are read; no piece is cut smaller than this. */
  private static final int PIECE = 256 * 1024;

  private Codecs() {}

  private static HttpDecoderConfig config(int firstLine, int headers) {
    return new HttpDecoderConfig()
        .setMaxInitialLineLength(firstLine)
        .setMaxHeaderSize(headers)
        .setMaxChunkSize(PIECE)
        .setAllowDuplicateContentLengths(false)
        .setStrictLineParsing(true)
        .setUseRfc9112TransferEncoding(true);
  }

  /** Reads what clients send; a length told twice or in two ways makes the message invalid. */
  public static final class RequestDecoder extends HttpRequestDecoder {
    private boolean fed;

    public RequestDecoder(HttpLimits limits) {
      super(config(limits.requestLine(), limits.headers()));
    }

    /** Whether bytes have come since this was last asked. */
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

    /** The superclass takes tabs, form feeds and more for blanks; two servers may differ there. */
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

  /** Writes answers to clients; told when the answer is to a HEAD. */
  public static final class AnswerEncoder extends HttpResponseEncoder {
    private boolean toHead;

    /** Whether the next answer goes without its body, whatever its headers say. */
    public void answersHead(boolean toHead) {
      this.toHead = toHead;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse answer) {
      return toHead || answer.status().code() == 304 || super.isContentAlwaysEmpty(answer);
    }
  }

  /**
   * Reads what nodes answer, one answer for each request. Bytes that arrive while no answer is
   * expected close the connection: they belong to no request.
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
     * An answer is expected from now on.
     *
     * @param toHead whether it comes without its body, whatever its headers say
     */
    public void expectAnswer(boolean toHead) {
      this.toHead = toHead;
      expected = true;
    }

    /** The answer has ended. Returns whether nothing was read beyond it. */
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
        context.close();
      }
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
      return toHead
          || ((HttpResponse) message).status().code() == 101
          || super.isContentAlwaysEmpty(message);
    }
  }
}
