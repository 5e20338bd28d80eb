package io.gridfleet.lb.ui;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * A file of the UI.
 *
 * @param hash of its content, in hexadecimal
 * @param gzip the content, compressed
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once
public record UiAsset(String contentType, String hash, byte[] content, byte[] gzip) {
  /** 64 bits: enough to tell the versions of one file apart. */
  private static final int HASH_BYTES = 8;

  static UiAsset of(String contentType, byte[] content) {
    byte[] digest = sha256(content);
    String hash = HexFormat.of().formatHex(Arrays.copyOf(digest, HASH_BYTES));
    return new UiAsset(contentType, hash, content, compressed(content));
  }

  static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static byte[] compressed(byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(content.length / 2);
    try (GZIPOutputStream gzip = new BestGzip(out)) {
      gzip.write(content);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return out.toByteArray();
  }

  private static final class BestGzip extends GZIPOutputStream {
    BestGzip(ByteArrayOutputStream out) throws IOException {
      super(out);
      def.setLevel(Deflater.BEST_COMPRESSION);
    }
  }
}
