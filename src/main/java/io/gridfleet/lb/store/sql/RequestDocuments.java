package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.RequestRecord;
import io.gridfleet.lb.history.RequestRecord.Asked;
import io.gridfleet.lb.history.RequestRow;
import io.gridfleet.lb.history.RequestStep;
import io.gridfleet.lb.history.RequestStep.NamedDevice;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** What a request asked and its steps, as a JSON object. Times of steps are microseconds. */
final class RequestDocuments {
  private RequestDocuments() {}

  static String write(RequestRecord record) {
    Asked asked = record.asked();
    return JsonDocument.empty()
        .put("selector", asked.selector())
        .put("firstMatch", asked.firstMatch())
        .put("wait", asked.patience())
        .put("priority", asked.priority())
        .put("omitted", record.omitted())
        .put(
            "steps",
            record.steps().stream().map(step -> step(step, record.row().arrived())).toList())
        .write();
  }

  private static JsonDocument step(RequestStep step, Instant arrived) {
    return JsonDocument.empty()
        .put("kind", step.kind().name())
        .put("after", ChronoUnit.MICROS.between(arrived, step.at()))
        .put("device", step.device().map(device -> device.id().value()))
        .put("deviceName", step.device().map(NamedDevice::name))
        .put("outcome", step.outcome())
        .put("cause", step.cause())
        .put("nodeText", step.nodeText())
        .put("took", step.took().map(took -> took.toNanos() / 1_000));
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
        body.documents("steps").stream().map(step -> step(step, row.arrived())).toList(),
        (int) body.number("omitted"));
  }

  private static RequestStep step(JsonDocument step, Instant arrived) {
    return new RequestStep(
        arrived.plus(step.number("after"), ChronoUnit.MICROS),
        RequestStep.Kind.valueOf(step.text("kind")),
        step.optionalText("device")
            .map(id -> new NamedDevice(new DeviceId(id), step.text("deviceName"))),
        step.optionalText("outcome"),
        step.optionalText("cause"),
        step.optionalText("nodeText"),
        step.has("took")
            ? Optional.of(Duration.ofNanos(step.number("took") * 1_000))
            : Optional.empty());
  }
}
