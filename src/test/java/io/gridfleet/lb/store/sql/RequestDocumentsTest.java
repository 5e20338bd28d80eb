package io.gridfleet.lb.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.RequestRecord;
import io.gridfleet.lb.history.RequestRecord.Asked;
import io.gridfleet.lb.history.RequestRow;
import io.gridfleet.lb.history.RequestRow.Outcome;
import io.gridfleet.lb.history.RequestStep;
import io.gridfleet.lb.history.RequestStep.Kind;
import io.gridfleet.lb.history.RequestStep.NamedDevice;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A document that is read has every step as it was, whichever of its members it has. */
final class RequestDocumentsTest {
  private static final Instant ARRIVED = Instant.ofEpochMilli(1_700_000_000_000L);
  private static final NamedDevice PHONE = new NamedDevice(new DeviceId("phone"), "Pixel \"8\"");
  private static final NamedDevice OTHER = new NamedDevice(new DeviceId("tv"), "TV \u0000 \u00e4");

  private static Optional<String> text(boolean present, String text) {
    return present ? Optional.of(text) : Optional.empty();
  }

  /** Steps with each combination of members. */
  private static List<RequestStep> steps() {
    List<RequestStep> steps = new ArrayList<>();
    for (int has = 0; has < 64; has++) {
      NamedDevice device = (has & 32) == 0 ? PHONE : OTHER;
      steps.add(
          new RequestStep(
              ARRIVED.plusNanos(has * 1_234_567_000L),
              Kind.values()[has % Kind.values().length],
              (has & 1) == 0 ? Optional.empty() : Optional.of(device),
              text((has & 2) != 0, "created"),
              text((has & 4) != 0, "a \\ cause"),
              text((has & 8) != 0, "null"),
              (has & 16) == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(has * 1_000L))));
    }
    return steps;
  }

  private static RequestRecord record(List<RequestStep> steps, Map<String, Object> asked) {
    RequestRow row =
        new RequestRow(
            "r1",
            ARRIVED,
            Optional.empty(),
            Outcome.STARTING,
            new RequestRow.Asker("lab", Optional.empty(), Optional.empty(), ""),
            "",
            new RequestRow.Result(Optional.empty(), Optional.of(PHONE), 1, Optional.empty()),
            new RequestRow.Times(Duration.ZERO, Duration.ZERO, Optional.empty()),
            new RequestRow.ServedBy("r", "lab:1"));
    return new RequestRecord(
        row,
        new Asked(Optional.of(asked), List.of(asked), Duration.ofSeconds(20), -1, 0),
        steps,
        steps.size());
  }

  @Test
  void everyStepOfABatchIsReadAsItWas() {
    RequestRecord all = record(steps(), Map.of("a", List.of(1, true, Map.of("b", "c"))));
    List<RequestRecord> batch =
        List.of(all, record(List.of(), Map.of()), all, record(steps().subList(0, 1), Map.of()));

    List<RequestRecord> read = new ArrayList<>();
    try (RequestDocuments documents = new RequestDocuments()) {
      for (RequestRecord record : batch) {
        String text = documents.write(record);
        read.add(RequestDocuments.read(record.row(), text));
        assertThat(RequestDocuments.times(JsonDocument.read(text)))
            .extracting(RequestDocuments.StepTime::kind)
            .isEqualTo(record.steps().stream().map(step -> step.kind().name()).toList());
      }
    }

    assertThat(read).usingRecursiveComparison().ignoringFields("asked.characters").isEqualTo(batch);
  }

  @Test
  void theStepsOfAUsualRequestAreShort() {
    RequestStep attempt = RequestStep.of(Kind.ATTEMPT_ENDED, ARRIVED.plusMillis(3)).on(PHONE);
    RequestRecord record =
        record(
            List.of(
                RequestStep.of(Kind.ADMITTED, ARRIVED),
                attempt.outcome("created").took(Duration.ofMillis(2))),
            Map.of());
    try (RequestDocuments documents = new RequestDocuments()) {
      assertThat(documents.write(record))
          .endsWith("\"steps\":[[\"ADMITTED\",0],[\"ATTEMPT_ENDED\",3000,2000,true,\"created\"]]}");
    }
  }
}
