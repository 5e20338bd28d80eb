package io.gridfleet.lb.documents;

import java.nio.charset.StandardCharsets;

/** A file as it is sent. */
@SuppressWarnings("ArrayRecordComponent") // never changed
public record ServedDocument(String contentType, byte[] body) {
  public static final String HTML = "text/html; charset=utf-8";
  static final String TEXT = "text/plain; charset=utf-8";
  static final String MARKDOWN = "text/markdown; charset=utf-8";
  static final String CSS = "text/css; charset=utf-8";

  static ServedDocument of(String contentType, String text) {
    return new ServedDocument(contentType, text.getBytes(StandardCharsets.UTF_8));
  }
}
