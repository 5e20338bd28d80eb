package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.replicas.QuestionText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a waiting request asks for, as the text by which other replicas show it: the limit of its
 * tenant's sessions, then each question on a line. Confined to one thread.
 */
public final class PlacementText {
  /** Usual requests have some hundred characters. */
  private static final int MAX_CHARACTERS = 4_000;

  /** Many requests ask for the same: what was read once is shared. */
  private final Map<String, Optional<Asked>> read = new HashMap<>();

  private record Asked(OptionalInt mostSessions, List<Question> questions, Set<DeviceId> failed) {}

  /** Returns the text; an empty one if it is too long. */
  public static String write(PlacementRequest request) {
    StringBuilder text = new StringBuilder();
    request.quota().mostSessions().ifPresent(text::append);
    for (Question question : request.questions()) {
      Optional<String> line = QuestionText.write(question, request.preference().failed());
      if (line.isEmpty() || text.length() + line.get().length() >= MAX_CHARACTERS) {
        return "";
      }
      text.append('\n').append(line.get());
    }
    return text.toString();
  }

  /**
   * Returns the request of such a text; one without questions if the text is empty or in the format
   * of a newer replica.
   */
  public PlacementRequest read(
      String request, String text, PlacementRequest.QueuePosition turn, String tenant) {
    Asked asked =
        read.computeIfAbsent(text, PlacementText::read)
            .orElseGet(() -> new Asked(OptionalInt.empty(), List.of(), Set.of()));
    return new PlacementRequest(
        request,
        asked.questions(),
        turn,
        new PlacementRequest.Preference(PickStrategy.RANKED, true, asked.failed()),
        new Quota(tenant, asked.mostSessions()));
  }

  private static Optional<Asked> read(String text) {
    List<String> lines = text.lines().toList();
    List<Question> questions = new ArrayList<>();
    Set<DeviceId> failed = Set.of();
    for (String line : lines.stream().skip(1).toList()) {
      Optional<QuestionText.Asked> question = QuestionText.read(line);
      if (question.isEmpty()) {
        return Optional.empty();
      }
      questions.add(question.get().question());
      failed = question.get().failed();
    }
    try {
      OptionalInt most =
          lines.isEmpty() || lines.get(0).isEmpty()
              ? OptionalInt.empty()
              : OptionalInt.of(Integer.parseInt(lines.get(0)));
      return Optional.of(new Asked(most, List.copyOf(questions), failed));
    } catch (NumberFormatException newer) {
      return Optional.empty();
    }
  }
}
