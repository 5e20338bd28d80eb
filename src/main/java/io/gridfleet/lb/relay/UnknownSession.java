package io.gridfleet.lb.relay;

import io.gridfleet.lb.node.NodeAnswer;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Scans the body of a 404 as it passes for the error {@code invalid session id}. */
final class UnknownSession {
  /** Error bodies with a stack trace are larger, but the member {@code error} comes early. */
  private static final int MAX_BYTES = 8 * 1024;

  private static final int NOT_FOUND = 404;

  /** With its quotes, so that a message that mentions the code doesn't match. */
  private static final String SIGN = "\"invalid session id\"";

  private final ByteArrayOutputStream seen = new ByteArrayOutputStream(512);

  void scan(ByteBuf part) {
    int bytes = Math.min(part.readableBytes(), MAX_BYTES - seen.size());
    for (int i = 0; i < bytes; i++) {
      seen.write(part.getByte(part.readerIndex() + i));
    }
  }

  boolean isReported() {
    return seen.toString(StandardCharsets.ISO_8859_1).contains(SIGN);
  }

  static boolean isReported(NodeAnswer answer) {
    return answer.status() == NOT_FOUND
        && new String(answer.body(), StandardCharsets.ISO_8859_1).contains(SIGN);
  }
}
