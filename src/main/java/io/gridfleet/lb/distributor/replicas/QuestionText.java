package io.gridfleet.lb.distributor.replicas;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.selector.SelectorException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The encoding of a question in signals: one line of ASCII. */
public final class QuestionText {
  /** Half of the maximum of a signal; usual questions have some dozens of characters. */
  private static final int MAX_CHARACTERS = 3_500;

  /** Selectors, run and named device come first, then devices that failed the request. */
  private static final int FAILED_FROM = 4;

  private QuestionText() {}

  /**
   * The decoded question of another replica's request.
   *
   * @param failed devices that it doesn't take
   */
  public record Asked(Question question, Set<DeviceId> failed) {}

  /** Returns the text; empty for a question that is too long for a signal. */
  public static Optional<String> write(Question question, Set<DeviceId> failed) {
    List<String> parts = new ArrayList<>();
    parts.add(question.selector().normalForm());
    parts.add(question.tenantDevices().normalForm());
    parts.add(question.run().orElse(""));
    parts.add(question.named().map(DeviceId::value).orElse(""));
    failed.stream().map(DeviceId::value).sorted().forEach(parts::add);
    String text =
        parts.stream().map(part -> URLEncoder.encode(part, UTF_8)).collect(Collectors.joining(" "));
    return text.length() <= MAX_CHARACTERS ? Optional.of(text) : Optional.empty();
  }

  /** Returns the question; empty for a text in the format of a newer replica. */
  public static Optional<Asked> read(String text) {
    String[] parts = text.split(" ", -1);
    if (parts.length < FAILED_FROM) {
      return Optional.empty();
    }
    try {
      Question question =
          new Question(
              Selector.parse(part(parts[0])),
              Selector.parse(part(parts[1])),
              Optional.of(part(parts[2])).filter(run -> !run.isEmpty()),
              Optional.of(part(parts[3])).filter(id -> !id.isEmpty()).map(DeviceId::new));
      Set<DeviceId> failed =
          Arrays.stream(parts, FAILED_FROM, parts.length)
              .map(id -> new DeviceId(part(id)))
              .collect(Collectors.toSet());
      return Optional.of(new Asked(question, failed));
    } catch (SelectorException | IllegalArgumentException unreadable) {
      return Optional.empty();
    }
  }

  private static String part(String encoded) {
    return URLDecoder.decode(encoded, UTF_8);
  }
}
