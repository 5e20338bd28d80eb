package io.gridfleet.lb.api.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;

/** A JSON array in pieces; the JSON of a value exists only while its piece is made. */
final class ArrayPieces<T> implements Iterator<byte[]> {
  /** Values of a piece. A device has about 1.5 KB. */
  private static final int VALUES = 32;

  private final List<T> values;
  private final Function<T, Object> json;
  private int next;

  /** Bytes of a piece; a little more than the last one had. */
  private int expected = VALUES * 2048;

  ArrayPieces(List<T> values, Function<T, Object> json) {
    this.values = values;
    this.json = json;
  }

  @Override
  public boolean hasNext() {
    return next < values.size();
  }

  @Override
  public byte[] next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    int end = Math.min(values.size(), next + VALUES);
    ByteArrayOutputStream piece = new ByteArrayOutputStream(expected);
    try {
      for (; next < end; next++) {
        piece.write(next == 0 ? '[' : ',');
        ApiJson.write(json.apply(values.get(next)), piece);
      }
    } catch (IOException notOurs) {
      throw new UncheckedIOException(notOurs);
    }
    if (!hasNext()) {
      piece.write(']');
    }
    expected = piece.size() + piece.size() / 8;
    return piece.toByteArray();
  }
}
