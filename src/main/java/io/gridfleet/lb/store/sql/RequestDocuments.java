package io.gridfleet.lb.store.sql;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.RequestRecord;
import io.gridfleet.lb.history.RequestRecord.Asked;
import io.gridfleet.lb.history.RequestRow;
import io.gridfleet.lb.history.RequestStep;
import io.gridfleet.lb.history.RequestStep.NamedDevice;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request asked and its steps, as a JSON object. A step is an array: kind, microseconds
 * after the arrival, microseconds that it took, device, outcome, cause and the node's own words;
 * null where there is none, and without the nulls at its end. The device is {@code true} where it
 * is that of the row, and otherwise id and name. Steps that earlier versions wrote are objects.
 *
 * <p>An object of this class writes the documents of one batch, one after the other, on one thread.
 */
final class RequestDocuments implements AutoCloseable {
  private static final JsonFactory FACTORY = new JsonFactory();

  /** Of the text of a usual request. */
  private static final int CHARACTERS = 1_024;

  /** The members of a step that follow its time, in their order. */
  private static final int TOOK = 2;

  private static final int DEVICE = 3;
  private static final int OUTCOME = 4;
  private static final int CAUSE = 5;
  private static final int NODE_TEXT = 6;

  private final StringWriter text = new StringWriter(CHARACTERS);
  private final JsonGenerator json;

  RequestDocuments() {
    try {
      json = FACTORY.createGenerator(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    json.setRootValueSeparator(null);
  }

  /** Written without a tree, since each request has one. */
  String write(RequestRecord record) {
    text.getBuffer().setLength(0);
    try {
      writeAll(record);
      json.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  @Override
  public void close() {
    try {
      json.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeAll(RequestRecord record) throws IOException {
    Asked asked = record.asked();
    json.writeStartObject();
    if (asked.selector().isPresent()) {
      json.writeFieldName("selector");
      write(asked.selector().get());
    }
    json.writeFieldName("firstMatch");
    write(asked.firstMatch());
    json.writeNumberField("wait", asked.patience().toMillis());
    json.writeNumberField("priority", asked.priority());
    json.writeNumberField("omitted", record.omitted());
    json.writeArrayFieldStart("steps");
    for (RequestStep step : record.steps()) {
      write(step, record.row());
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void write(@Nullable Object value) throws IOException {
    if (value instanceof Map<?, ?> members) {
      json.writeStartObject();
      for (Map.Entry<?, ?> member : members.entrySet()) {
        json.writeFieldName(String.valueOf(member.getKey()));
        write(member.getValue());
      }
      json.writeEndObject();
    } else if (value instanceof List<?> elements) {
      json.writeStartArray();
      for (Object element : elements) {
        write(element);
      }
      json.writeEndArray();
    } else {
      json.writePOJO(value);
    }
  }

  private void write(RequestStep step, RequestRow row) throws IOException {
    json.writeStartArray();
    json.writeString(step.kind().name());
    json.writeNumber(micros(row.arrived(), step.at()));
    int last = last(step);
    if (last >= TOOK) {
      writeTook(step.took());
    }
    if (last >= DEVICE) {
      write(step.device(), row.result().device());
    }
    if (last >= OUTCOME) {
      write(step.outcome());
    }
    if (last >= CAUSE) {
      write(step.cause());
    }
    if (last >= NODE_TEXT) {
      write(step.nodeText());
    }
    json.writeEndArray();
  }

  /** Returns the position of the last member that a step has. */
  private static int last(RequestStep step) {
    if (step.nodeText().isPresent()) {
      return NODE_TEXT;
    }
    if (step.cause().isPresent()) {
      return CAUSE;
    }
    if (step.outcome().isPresent()) {
      return OUTCOME;
    }
    if (step.device().isPresent()) {
      return DEVICE;
    }
    return step.took().isPresent() ? TOOK : TOOK - 1;
  }

  private void writeTook(Optional<Duration> took) throws IOException {
    if (took.isPresent()) {
      json.writeNumber(took.get().toNanos() / 1_000);
    } else {
      json.writeNull();
    }
  }

  /** The device of most steps is the one that its row has. */
  private void write(Optional<NamedDevice> device, Optional<NamedDevice> ofRow) throws IOException {
    if (device.isEmpty()) {
      json.writeNull();
    } else if (device.equals(ofRow)) {
      json.writeBoolean(true);
    } else {
      json.writeStartArray();
      json.writeString(device.get().id().value());
      json.writeString(device.get().name());
      json.writeEndArray();
    }
  }

  private void write(Optional<String> value) throws IOException {
    if (value.isPresent()) {
      json.writeString(value.get());
    } else {
      json.writeNull();
    }
  }

  private static long micros(Instant from, Instant to) {
    return (to.getEpochSecond() - from.getEpochSecond()) * 1_000_000
        + (to.getNano() - from.getNano()) / 1_000;
  }

  static RequestRecord read(RequestRow row, String text) {
    JsonDocument body = JsonDocument.read(text);
    Asked asked =
        new Asked(
            body.optionalValue("selector"),
            body.objects("firstMatch"),
            body.duration("wait"),
            (int) body.number("priority"),
            text.length());
    return new RequestRecord(row, asked, steps(body, row), (int) body.number("omitted"));
  }

  private static List<RequestStep> steps(JsonDocument body, RequestRow row) {
    return body.elements("steps").stream().map(step -> step(step, row)).toList();
  }

  /**
   * The kind and the time of a step.
   *
   * @param micros after the arrival
   */
  record StepTime(String kind, long micros) {}

  static List<StepTime> times(JsonDocument body) {
    return body.elements("steps").stream().map(RequestDocuments::time).toList();
  }

  private static StepTime time(Object step) {
    if (step instanceof List<?> members) {
      return new StepTime((String) members.get(0), micros(members.get(1)));
    }
    JsonDocument former = JsonDocument.of(step);
    return new StepTime(former.text("kind"), former.number("after"));
  }

  private static RequestStep step(Object step, RequestRow row) {
    if (step instanceof List<?> members) {
      return new RequestStep(
          row.arrived().plus(micros(members.get(1)), ChronoUnit.MICROS),
          RequestStep.Kind.valueOf((String) members.get(0)),
          member(members, DEVICE).flatMap(device -> device(device, row)),
          member(members, OUTCOME).map(String::valueOf),
          member(members, CAUSE).map(String::valueOf),
          member(members, NODE_TEXT).map(String::valueOf),
          member(members, TOOK).map(took -> Duration.ofNanos(micros(took) * 1_000)));
    }
    return formerStep(JsonDocument.of(step), row);
  }

  private static Optional<Object> member(List<?> members, int position) {
    return position < members.size()
        ? Optional.ofNullable(members.get(position))
        : Optional.empty();
  }

  private static long micros(Object number) {
    return ((Number) number).longValue();
  }

  private static Optional<NamedDevice> device(Object device, RequestRow row) {
    return device instanceof List<?> named
        ? Optional.of(
            new NamedDevice(
                new DeviceId(String.valueOf(named.get(0))), String.valueOf(named.get(1))))
        : row.result().device();
  }

  private static RequestStep formerStep(JsonDocument step, RequestRow row) {
    return new RequestStep(
        row.arrived().plus(step.number("after"), ChronoUnit.MICROS),
        RequestStep.Kind.valueOf(step.text("kind")),
        step.has("deviceOfRow")
            ? row.result().device()
            : step.optionalText("device")
                .map(id -> new NamedDevice(new DeviceId(id), step.text("deviceName"))),
        step.optionalText("outcome"),
        step.optionalText("cause"),
        step.optionalText("nodeText"),
        step.has("took")
            ? Optional.of(Duration.ofNanos(step.number("took") * 1_000))
            : Optional.empty());
  }
}
