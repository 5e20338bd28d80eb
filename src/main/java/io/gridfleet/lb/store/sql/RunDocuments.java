package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.Claim;
import io.gridfleet.lb.run.Claims;
import io.gridfleet.lb.run.Exclusion;
import io.gridfleet.lb.run.Requirement;
import io.gridfleet.lb.run.Requirement.AllAvailable;
import io.gridfleet.lb.run.Requirement.Amount;
import io.gridfleet.lb.run.Requirement.Exactly;
import io.gridfleet.lb.run.Reservation;
import io.gridfleet.lb.run.ReservedDevice;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.RunRequest;
import io.gridfleet.lb.run.RunState;
import io.gridfleet.lb.session.TextBound;
import java.util.List;
import java.util.Set;

/** A run as a document. */
final class RunDocuments {
  private RunDocuments() {}

  static String write(Run run) {
    RunRequest request = run.request();
    return JsonDocument.empty()
        .put("id", run.id().value())
        .put("name", request.name())
        .put("requirements", request.requirements().stream().map(RunDocuments::write).toList())
        .put("ttl", request.ttl())
        .put("heartbeatTimeout", request.heartbeatTimeout())
        .put("createdBy", request.createdBy())
        .put("tenant", request.tenant())
        .put("state", run.state().name())
        .put("error", run.status().error())
        .put("version", run.status().version())
        .put("endedBy", run.status().by())
        .put("created", run.times().created())
        .put("started", run.times().started())
        .put("completed", run.times().completed())
        .put("lastHeartbeat", run.times().lastHeartbeat())
        .put("reservations", run.reservations().stream().map(RunDocuments::write).toList())
        .write();
  }

  static Run read(String text) {
    JsonDocument run = JsonDocument.read(text);
    return new Run(
        new RunId(run.text("id")),
        request(run),
        new Run.Status(
            RunState.valueOf(run.text("state")),
            run.optionalText("error").map(TextBound.ERROR_MESSAGE::cut),
            run.number("version"),
            run.optionalText("endedBy")),
        new Run.Times(
            run.instant("created"),
            run.optionalInstant("started"),
            run.optionalInstant("completed"),
            run.instant("lastHeartbeat")),
        run.documents("reservations").stream().map(RunDocuments::reservation).toList());
  }

  private static RunRequest request(JsonDocument run) {
    return new RunRequest(
        TextBound.RUN_NAME.cut(run.text("name")),
        run.documents("requirements").stream().map(RunDocuments::requirement).toList(),
        run.duration("ttl"),
        run.duration("heartbeatTimeout"),
        run.optionalText("createdBy").map(TextBound.CREATED_BY::cut),
        run.optionalText("tenant"));
  }

  private static JsonDocument write(Requirement requirement) {
    Amount amount = requirement.amount();
    return JsonDocument.empty()
        .put("pack", requirement.packId())
        .put("platform", requirement.platformId())
        .put("osVersion", requirement.osVersion())
        .put(amount instanceof Exactly ? "exactly" : "atLeast", amount.atLeast())
        .put("tags", requirement.tags())
        .put("groups", requirement.groups().stream().sorted().toList());
  }

  private static Requirement requirement(JsonDocument from) {
    Amount amount =
        from.has("exactly")
            ? new Exactly((int) from.number("exactly"))
            : new AllAvailable((int) from.number("atLeast"));
    return new Requirement(
        from.text("pack"),
        from.text("platform"),
        from.optionalText("osVersion"),
        amount,
        from.texts("tags"),
        Set.copyOf(from.list("groups")));
  }

  private static JsonDocument write(Reservation entry) {
    return JsonDocument.empty()
        .put("device", entry.device().value())
        .put("fields", entry.snapshot().fields())
        .put("tags", entry.snapshot().tags())
        .put("exclusion", entry.exclusion().map(RunDocuments::write))
        .put("cooldowns", entry.cooldowns().count())
        .put("escalated", entry.cooldowns().escalated())
        .put("failures", entry.failures())
        .put("claim", entry.claim().map(RunDocuments::write))
        .put("claims", entry.claims().ended().stream().map(RunDocuments::write).toList())
        .put("released", entry.released());
  }

  private static JsonDocument write(Exclusion exclusion) {
    return JsonDocument.empty()
        .put("reason", exclusion.reason())
        .put("at", exclusion.at())
        .put("until", exclusion.until())
        .put("by", exclusion.by());
  }

  private static JsonDocument write(Claim claim) {
    return JsonDocument.empty().put("worker", claim.worker()).put("at", claim.at());
  }

  private static JsonDocument write(Claims.Ended claim) {
    return JsonDocument.empty()
        .put("worker", claim.worker())
        .put("at", claim.at())
        .put("until", claim.until());
  }

  /** Earlier programs wrote the current claim only. */
  private static Claims claims(JsonDocument from) {
    List<JsonDocument> ended = from.has("claims") ? from.documents("claims") : List.of();
    return new Claims(
        from.optionalNested("claim")
            .map(claim -> new Claim(claim.text("worker"), claim.instant("at"))),
        ended.stream()
            .map(
                claim ->
                    new Claims.Ended(
                        claim.text("worker"), claim.instant("at"), claim.instant("until")))
            .toList());
  }

  private static Reservation reservation(JsonDocument from) {
    return new Reservation(
        new DeviceId(from.text("device")),
        new ReservedDevice(from.texts("fields"), from.texts("tags")),
        from.optionalNested("exclusion")
            .map(
                exclusion ->
                    new Exclusion(
                        TextBound.PREPARATION_MESSAGE.cut(exclusion.text("reason")),
                        exclusion.instant("at"),
                        exclusion.optionalInstant("until"),
                        exclusion.optionalText("by"))),
        new Reservation.Cooldowns((int) from.number("cooldowns"), from.flag("escalated")),
        from.has("failures") ? (int) from.number("failures") : 0,
        claims(from),
        from.optionalInstant("released"));
  }
}
