package io.gridfleet.lb.distributor.explain;

import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.distributor.QueuedRequest;
import io.gridfleet.lb.distributor.Verdicts;
import io.gridfleet.lb.distributor.explain.QueueState.Waiting;
import io.gridfleet.lb.history.SessionLengths;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Why each request of one copy of the queue waits. What is asked for is computed on demand, once
 * for all requests with the same questions. Confined to one thread.
 */
public final class QueueReport {
  /** Of a request of another replica only. */
  static final String NOT_COMPARED = "This replica has not compared it with the devices yet";

  private final QueueState queue;
  private final Instant now;
  private final List<@Nullable DeviceSnapshot> devices = new ArrayList<>();
  private final InhibitorTable inhibitors;

  /** The group of each request. */
  private final List<QueueGroup> groups = new ArrayList<>();

  private int numberOfGroups;

  private @Nullable List<WaitEstimate> estimates;

  /** How many requests before each one compete with it for a device. */
  private int @Nullable [] ahead;

  public QueueReport(QueueState queue, Instant now) {
    this.queue = queue;
    this.now = now;
    for (DeviceSnapshot state : queue.states()) {
      while (devices.size() <= state.index()) {
        devices.add(null);
      }
      devices.set(state.index(), state);
    }
    this.inhibitors = new InhibitorTable(devices.size(), now);
    group();
  }

  /**
   * The same verdicts are true of requests with the same run, reader and devices. A request that
   * names a device, or has seen one fail, is a group of its own.
   */
  private record SameVerdicts(Optional<String> run, Optional<String> reader, BitSet devices) {}

  private void group() {
    Map<ExplainKey, QueueGroup> byQuestions = new HashMap<>();
    Map<SameVerdicts, QueueGroup> byDevices = new HashMap<>();
    for (Waiting each : queue.waiting()) {
      PlacementRequest request = each.placement();
      groups.add(
          request.preference().failed().isEmpty()
              ? byQuestions.computeIfAbsent(ExplainKey.by(request), key -> shared(each, byDevices))
              : groupOf(each));
    }
  }

  private QueueGroup shared(Waiting first, Map<SameVerdicts, QueueGroup> byDevices) {
    QueueGroup group = groupOf(first);
    List<Question> questions = first.placement().questions();
    return questions.isEmpty()
            || questions.stream().anyMatch(question -> question.named().isPresent())
        ? group
        : byDevices.computeIfAbsent(
            new SameVerdicts(
                questions.get(0).run(), first.placement().quota().reader(), group.devices()),
            key -> group);
  }

  private QueueGroup groupOf(Waiting first) {
    return new QueueGroup(numberOfGroups++, first, devices, inhibitors);
  }

  public int size() {
    return queue.waiting().size();
  }

  /** Returns the request at a place, from 0 in the order of the queue. */
  public PlacementRequest placement(int place) {
    return queue.waiting().get(place).placement();
  }

  public Duration age(int place) {
    return Duration.between(placement(place).turn().arrival(), now);
  }

  /** Returns the selector of the request at a place, as {@link QueuedRequest} has it. */
  public String selector(int place) {
    return placement(place).questions().stream()
        .map(QueueReport::asked)
        .distinct()
        .collect(Collectors.joining(" | "));
  }

  /** Returns one entry of the queue. */
  public QueuedRequest request(int place) {
    PlacementRequest request = placement(place);
    return new QueuedRequest(
        place + 1,
        request.request(),
        request.quota().tenant(),
        request.turn().priority(),
        age(place),
        selector(place),
        queue.waiting().get(place).fitting().isEmpty() ? NOT_COMPARED : verdicts(place).text());
  }

  private Verdicts verdicts(int place) {
    Waiting each = queue.waiting().get(place);
    Verdicts verdicts = groups.get(place).verdicts();
    return each.underQuota()
        ? verdicts
        : verdicts.limitedTo(each.placement().quota().mostSessions().orElseThrow());
  }

  private static String asked(Question question) {
    return question.named().map(id -> "id:" + id).orElse(question.selector().normalForm());
  }

  /** Returns the devices that fit the request at a place. */
  public FittingDevices fitting(int place) {
    return groups.get(place).fitting(verdicts(place).quota());
  }

  /**
   * Returns how long the request at a place will probably wait from now on.
   *
   * @param lengths the usual lengths of sessions; read once for all requests
   */
  public WaitEstimate estimate(int place, Supplier<SessionLengths> lengths) {
    if (estimates == null) {
      estimates = new WaitForecast(queue, devices, lengths.get(), now).estimates();
    }
    return estimates.get(place);
  }

  /** Returns how many requests before a place could take one of the devices that fit it. */
  public int ahead(int place) {
    if (ahead == null) {
      ahead = countAhead();
    }
    return ahead[place];
  }

  private int[] countAhead() {
    int[] counts = new int[size()];
    int[] ofGroup = new int[numberOfGroups];
    List<BitSet> competitors = competitors();
    for (int place = 0; place < size(); place++) {
      int group = groups.get(place).number();
      counts[place] = competitors.get(group).stream().map(number -> ofGroup[number]).sum();
      ofGroup[group]++;
    }
    return counts;
  }

  /** Returns the numbers of the groups that compete with each group, itself included. */
  private List<BitSet> competitors() {
    List<BitSet> competitors = new ArrayList<>(Collections.nCopies(numberOfGroups, new BitSet()));
    List<QueueGroup> distinct = groups.stream().distinct().toList();
    distinct.forEach(group -> competitors.set(group.number(), new BitSet()));
    for (QueueGroup one : distinct) {
      for (QueueGroup other : distinct) {
        if (other.number() <= one.number() && one.competesWith(other)) {
          competitors.get(one.number()).set(other.number());
          competitors.get(other.number()).set(one.number());
        }
      }
    }
    return competitors;
  }
}
