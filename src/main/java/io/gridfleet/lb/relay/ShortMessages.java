package io.gridfleet.lb.relay;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Parses one direction of a WebSocket by the heads of its frames (RFC 6455 §5.2) and emits its
 * short text messages, unmasked and reassembled. The stream itself isn't changed or delayed. What
 * is longer than {@link #MAX_BYTES}, compressed or binary, or isn't wanted when it begins, is
 * skipped by its length. Owned by the event loop of its tunnel.
 */
final class ShortMessages {
  /** Commands and answers around the end of a session have about 50 bytes. */
  static final int MAX_BYTES = 1024;

  private static final int FIN = 0x80;
  private static final int RESERVED = 0x70;
  private static final int OPCODE = 0x0F;
  private static final int CONTROL = 0x08;
  private static final int TEXT = 1;
  private static final int CLOSE = 8;
  private static final int CONTINUATION = 0;
  private static final int MASK = 0x80;
  private static final int LENGTH = 0x7F;
  private static final int MASK_BYTES = 4;
  private static final int MAX_HEAD_BYTES = 14;

  /** The part of a frame that the next byte belongs to. */
  private enum State {
    HEAD,
    PAYLOAD,
    /** A Close frame came, or the framing was violated: nothing more is read. */
    DONE
  }

  private final BooleanSupplier wanted;
  private final Consumer<byte[]> messages;
  private final byte[] head = new byte[MAX_HEAD_BYTES];
  private State state = State.HEAD;
  private int headBytes;
  private int maskAt;
  private long payloadBytes;
  private long payloadLeft;
  private boolean collecting;
  private byte[] message = new byte[0];
  private int messageBytes;

  /**
   * @param wanted queried at the beginning of each text message
   * @param messages receives each short text message as it ends
   */
  ShortMessages(BooleanSupplier wanted, Consumer<byte[]> messages) {
    this.wanted = wanted;
    this.messages = messages;
  }

  /** Reads the next bytes of the stream; the buffer isn't changed. */
  void read(ByteBuf part) {
    int at = part.readerIndex();
    int end = part.writerIndex();
    while (at < end && state != State.DONE) {
      at = state == State.HEAD ? head(part, at) : payload(part, at, end);
    }
  }

  /** Whether another frame may follow: the last byte ended one that was no Close. */
  boolean isBetweenFrames() {
    return state == State.HEAD && headBytes == 0;
  }

  private int head(ByteBuf part, int at) {
    head[headBytes++] = part.getByte(at);
    if (headBytes == headLength()) {
      begin();
    }
    return at + 1;
  }

  private int headLength() {
    if (headBytes < 2) {
      return 2;
    }
    int length = head[1] & LENGTH;
    int extended = length == 126 ? Short.BYTES : length == 127 ? Long.BYTES : 0;
    return 2 + extended + ((head[1] & MASK) == 0 ? 0 : MASK_BYTES);
  }

  private void begin() {
    maskAt = (head[1] & MASK) == 0 ? 0 : headBytes - MASK_BYTES;
    int extendedEnd = maskAt == 0 ? headBytes : maskAt;
    payloadBytes = extendedEnd == 2 ? head[1] & LENGTH : 0;
    for (int i = 2; i < extendedEnd; i++) {
      payloadBytes = (payloadBytes << Byte.SIZE) | (head[i] & 0xFF);
    }
    payloadLeft = payloadBytes;
    headBytes = 0;
    state = payloadBytes < 0 ? State.DONE : State.PAYLOAD;
    if (!isControl()) {
      beginOfMessage();
    }
    if (payloadLeft == 0) {
      end();
    }
  }

  private void beginOfMessage() {
    int opcode = head[0] & OPCODE;
    if (opcode != CONTINUATION) {
      messageBytes = 0;
      collecting = opcode == TEXT && (head[0] & RESERVED) == 0 && wanted.getAsBoolean();
    }
    collecting = collecting && messageBytes + payloadBytes <= MAX_BYTES;
    if (collecting && message.length < messageBytes + payloadBytes) {
      message = Arrays.copyOf(message, (int) (messageBytes + payloadBytes));
    }
  }

  private boolean isControl() {
    return (head[0] & CONTROL) != 0;
  }

  private int payload(ByteBuf part, int at, int end) {
    int count = (int) Math.min(end - at, payloadLeft);
    if (collecting && !isControl()) {
      collect(part, at, count);
    }
    payloadLeft -= count;
    if (payloadLeft == 0) {
      end();
    }
    return at + count;
  }

  private void collect(ByteBuf part, int at, int count) {
    int from = (int) (payloadBytes - payloadLeft);
    part.getBytes(at, message, messageBytes, count);
    for (int i = 0; maskAt != 0 && i < count; i++) {
      message[messageBytes + i] ^= head[maskAt + (from + i) % MASK_BYTES];
    }
    messageBytes += count;
  }

  private void end() {
    state = (head[0] & OPCODE) == CLOSE ? State.DONE : State.HEAD;
    if (isControl() || (head[0] & FIN) == 0) {
      return;
    }
    if (collecting) {
      messages.accept(Arrays.copyOf(message, messageBytes));
    }
    collecting = false;
    message = new byte[0];
  }
}
