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

/** What a request asked and its steps, as a JSON object. Times of steps are microseconds. */
final class RequestDocuments {
  private static final JsonFactory FACTORY = new JsonFactory();

  private static final String DEVICE_OF_ROW = "deviceOfRow";

  /** Of the text of a usual request. */
  private static final int CHARACTERS = 1_024;

  private RequestDocuments() {}

  /** Written without a tree, since each request has one. */
  static String write(RequestRecord record) {
    StringWriter text = new StringWriter(CHARACTERS);
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      write(record, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(RequestRecord record, JsonGenerator json) throws IOException {
    Asked asked = record.asked();
    json.writeStartObject();
    if (asked.selector().isPresent()) {
      json.writeFieldName("selector");
      write(asked.selector().get(), json);
    }
    json.writeFieldName("firstMatch");
    write(asked.firstMatch(), json);
    json.writeNumberField("wait", asked.patience().toMillis());
    json.writeNumberField("priority", asked.priority());
    json.writeNumberField("omitted", record.omitted());
    json.writeArrayFieldStart("steps");
    for (RequestStep step : record.steps()) {
      write(step, record.row(), json);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(@Nullable Object value, JsonGenerator json) throws IOException {
    if (value instanceof Map<?, ?> members) {
      json.writeStartObject();
      for (Map.Entry<?, ?> member : members.entrySet()) {
        json.writeFieldName(String.valueOf(member.getKey()));
        write(member.getValue(), json);
      }
      json.writeEndObject();
    } else if (value instanceof List<?> elements) {
      json.writeStartArray();
      for (Object element : elements) {
        write(element, json);
      }
      json.writeEndArray();
    } else {
      json.writePOJO(value);
    }
  }

  private static void write(RequestStep step, RequestRow row, JsonGenerator json)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("kind", step.kind().name());
    json.writeNumberField("after", micros(row.arrived(), step.at()));
    if (step.device().isPresent()) {
      write(step.device(), row.result().device(), json);
    }
    write("outcome", step.outcome(), json);
    write("cause", step.cause(), json);
    write("nodeText", step.nodeText(), json);
    if (step.took().isPresent()) {
      json.writeNumberField("took", step.took().get().toNanos() / 1_000);
    }
    json.writeEndObject();
  }

  /** The device of most steps is the one that its row has. */
  private static void write(
      Optional<NamedDevice> device, Optional<NamedDevice> ofRow, JsonGenerator json)
      throws IOException {
    if (device.equals(ofRow)) {
      json.writeBooleanField(DEVICE_OF_ROW, true);
    } else if (device.isPresent()) {
      json.writeStringField("device", device.get().id().value());
      json.writeStringField("deviceName", device.get().name());
    }
  }

  private static long micros(Instant from, Instant to) {
    return (to.getEpochSecond() - from.getEpochSecond()) * 1_000_000
        + (to.getNano() - from.getNano()) / 1_000;
  }

  private static void write(String name, Optional<String> text, JsonGenerator json)
      throws IOException {
    if (text.isPresent()) {
      json.writeStringField(name, text.get());
    }
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
    return new RequestRecord(
        row,
        asked,
        body.documents("steps").stream().map(step -> step(step, row)).toList(),
        (int) body.number("omitted"));
  }

  private static RequestStep step(JsonDocument step, RequestRow row) {
    return new RequestStep(
        row.arrived().plus(step.number("after"), ChronoUnit.MICROS),
        RequestStep.Kind.valueOf(step.text("kind")),
        step.has(DEVICE_OF_ROW)
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
