package io.gridfleet.lb.newsession.answer;

import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an answer that begins before its outcome is known (format:
 * capabilities.md#progress). The body is one JSON object in any case. Confined to one connection
 * and its thread.
 */
public final class ProgressBody {
  /** Bounds the body, which clients keep in memory, for waits of up to a day. */
  private static final int MAX_PROGRESS_BYTES = 64 * 1024;

  /** The maximum of steps in an object that closes the body; the latest are kept. */
  private static final int MAX_STEPS = 100;

  private static final byte[] TICK = {'\n'};

  private final boolean inline;
  private boolean opened;
  private @Nullable Object lastWritten;
  private int written;

  /**
   * @param inline whether steps are streamed as they happen
   */
  public ProgressBody(boolean inline) {
    this.inline = inline;
  }

  /**
   * Returns the bytes of one progress update.
   *
   * @param steps all steps so far; only new ones are written, and only inline
   */
  public byte[] tick(List<Map<String, Object>> steps) {
    if (!inline) {
      return TICK.clone();
    }
    StringBuilder bytes = new StringBuilder(opened ? "" : "{\"progress\":[");
    opened = true;
    for (Map<String, Object> step : fresh(steps)) {
      String text = Json.text(step);
      if (written + text.length() <= MAX_PROGRESS_BYTES) {
        bytes.append(written == 0 ? "" : ",").append(text);
        written += text.length();
      }
    }
    lastWritten = steps.isEmpty() ? lastWritten : steps.get(steps.size() - 1);
    return bytes.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the steps after the last written one; the oldest may have been dropped. */
  private List<Map<String, Object>> fresh(List<Map<String, Object>> steps) {
    int from = steps.size();
    while (from > 0 && steps.get(from - 1) != lastWritten) {
      from--;
    }
    return steps.subList(from, steps.size());
  }

  /**
   * Returns the end of the body.
   *
   * @param created whether a session was created
   * @param answer the whole body that would have been the answer
   * @param steps all steps
   */
  public byte[] close(boolean created, byte[] answer, List<Map<String, Object>> steps) {
    Map<String, Object> members = created ? success(answer) : failure(answer);
    if (!opened) {
      members.put("progress", capped(steps));
      return Json.bytes(members);
    }
    String last = new String(tick(steps), StandardCharsets.UTF_8);
    return (last + "]," + Json.text(members).substring(1)).getBytes(StandardCharsets.UTF_8);
  }

  private static Map<String, Object> success(byte[] answer) {
    Map<String, Object> members = new LinkedHashMap<>(Json.objectFromNode(answer));
    members.remove("progress");
    return members;
  }

  /** The legacy status makes every client detect an error despite the HTTP status 200. */
  private static Map<String, Object> failure(byte[] answer) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("status", ErrorCode.SESSION_NOT_CREATED.legacyStatus());
    members.put("value", error(answer));
    return members;
  }

  private static Map<String, Object> error(byte[] answer) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("error", ErrorCode.SESSION_NOT_CREATED.text());
    error.put("message", new String(answer, StandardCharsets.UTF_8));
    error.put("stacktrace", "");
    try {
      if (Json.objectFromNode(answer).get("value") instanceof Map<?, ?> value) {
        value.forEach((name, member) -> error.put(name.toString(), member));
      }
    } catch (ProtocolException notAnObject) {
      return error;
    }
    return error;
  }

  private static List<Map<String, Object>> capped(List<Map<String, Object>> steps) {
    List<Map<String, Object>> latest = new ArrayList<>();
    int bytes = 0;
    for (int i = steps.size() - 1; i >= 0 && latest.size() < MAX_STEPS; i--) {
      bytes += Json.text(steps.get(i)).length();
      if (bytes > MAX_PROGRESS_BYTES) {
        break;
      }
      latest.add(0, steps.get(i));
    }
    return latest;
  }
}
