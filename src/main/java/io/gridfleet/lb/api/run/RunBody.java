package io.gridfleet.lb.api.run;

import io.gridfleet.lb.api.http.RequestBody;
import io.gridfleet.lb.run.Requirement;
import io.gridfleet.lb.run.RunConfig;
import io.gridfleet.lb.run.RunRequest;
import io.gridfleet.lb.session.TextBound;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the body of {@code POST /runs} (rest.md#runs). */
final class RunBody {
  private static final Set<String> MEMBERS =
      Set.of("name", "requirements", "ttl_minutes", "heartbeat_timeout_sec", "created_by");

  /** 0 is accepted, as GridFleet does; negative durations aren't. */
  private static final int MIN = 0;

  private RunBody() {}

  static RunRequest read(RequestBody body, RunConfig config, String tenant) {
    body.only(MEMBERS);
    String name = body.text("name", TextBound.RUN_NAME);
    List<Requirement> requirements = new ArrayList<>();
    body.bodies("requirements").forEach(one -> requirements.add(requirement(one)));
    Optional<Integer> ttl = body.number("ttl_minutes", MIN);
    Optional<Integer> heartbeat = body.number("heartbeat_timeout_sec", MIN);
    Optional<String> createdBy = body.optionalText("created_by", TextBound.CREATED_BY);
    body.check();
    return new RunRequest(
        name,
        requirements,
        ttl.map(Duration::ofMinutes).orElse(config.ttl()),
        heartbeat.map(Duration::ofSeconds).orElse(config.heartbeatTimeout()),
        createdBy,
        Optional.of(tenant));
  }

  private static Requirement requirement(RequestBody body) {
    String pack = body.text("pack_id", TextBound.PACK_OR_PLATFORM);
    String platform = body.text("platform_id", TextBound.PACK_OR_PLATFORM);
    Optional<Integer> count = body.number("count", 1);
    Optional<Integer> least = body.number("min_count", 1);
    boolean all = body.oneOf("allocation", Set.of("all_available")).isPresent();
    if (all && count.isPresent()) {
      body.fault("count can't be given together with allocation=all_available");
    }
    if (!all && least.isPresent()) {
      body.fault("min_count needs allocation=all_available");
    }
    Requirement.Amount amount =
        all
            ? new Requirement.AllAvailable(least.orElse(1))
            : new Requirement.Exactly(count.orElse(1));
    return new Requirement(
        pack,
        platform,
        body.optionalText("os_version", TextBound.OS_VERSION),
        amount,
        body.texts("tags"),
        new HashSet<>(body.list("groups", TextBound.GROUP)));
  }
}
