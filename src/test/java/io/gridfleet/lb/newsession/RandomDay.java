package io.gridfleet.lb.newsession;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.lab.StoreLink.Fate;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A random day of a lab on a virtual clock: requests, clients that leave, sessions that end, nodes
 * that fail and return, devices that are removed. The same seed makes the same day; its records are
 * independent of the code under test.
 */
final class RandomDay {
  private static final Duration MAX_ATTEMPT = Duration.ofSeconds(120);
  private static final int STEPS = 30;

  /** A request and its capabilities. */
  record Asked(NewSessionState pending, Map<String, Object> capabilities) {
    String id() {
      return pending.request().id();
    }

    Duration bound() {
      int wait = (Integer) capabilities.get("gridfleet:waitForDeviceOnlineTimeout");
      return MAX_ATTEMPT.plusSeconds(wait);
    }
  }

  final NewSessionLab lab;
  private final Random luck;
  private final Set<String> strategies;
  private final List<Device> all = new ArrayList<>();
  private final Set<DeviceId> away = new HashSet<>();
  private final Set<DeviceId> offline = new HashSet<>();
  private final List<Asked> asked = new ArrayList<>();
  private final Set<String> left = new HashSet<>();
  private final Map<String, List<Duration>> answers = new HashMap<>();
  private final List<String> attempts = new ArrayList<>();
  private @Nullable LabRun run;

  /**
   * @param picks what the strategy {@code random} throws its dice with
   * @param strategies those that requests ask for
   */
  RandomDay(long seed, int phones, Random picks, Set<String> strategies) {
    this.luck = new Random(seed);
    this.strategies = strategies;
    this.lab = new NewSessionLab(luck, picks, new Notes());
    for (int i = 0; i < phones; i++) {
      all.add(NewSessionLab.phone("phone-" + i, i % 2 == 0 ? "Android" : "iOS"));
    }
    // The order in which devices become known must not count.
    Collections.shuffle(all, picks);
    lab.fleet(all);
    lab.nodes.random();
  }

  private final class Notes implements NewSessionListener {
    @Override
    public void attempted(NewSessionRequest request, Device device) {
      attempts.add(request.id() + " on " + device.name());
    }

    @Override
    public void created(NewSessionRequest request, Session session, Duration took) {
      answered(request, took);
    }

    @Override
    public void refused(NewSessionRequest request, WebDriverError error, Duration took) {
      answered(request, took);
    }

    private void answered(NewSessionRequest request, Duration took) {
      answers.computeIfAbsent(request.id(), id -> new ArrayList<>()).add(took);
    }
  }

  /**
   * From now on the store has latency, and one call in {@code lossEvery} is lost, half of these
   * after they were executed. No device leaves the inventory, because the node of a removed one
   * isn't queried for sessions. One device belongs to a run of another replica.
   */
  void slowStore(int lossEvery) {
    run = new LabRun(lab, DeviceId.of("phone-0"));
    Random store = new Random(luck.nextLong());
    lab.link.latency(() -> store.nextLong(1, 400_000_000));
    lab.link.fates(
        () ->
            store.nextInt(lossEvery) > 0
                ? Fate.ARRIVES
                : store.nextBoolean() ? Fate.ANSWER_LOST : Fate.REQUEST_LOST);
    lab.sweep();
  }

  /** Runs the day, with a check after each step. */
  void live(Runnable look) {
    for (int step = 0; step < STEPS; step++) {
      act();
      lab.distributor.verify();
      lab.time.pass(Duration.ofMillis(luck.nextInt(8_000)));
      asked.forEach(request -> request.pending().checkHolding());
      lab.distributor.verify();
      look.run();
    }
  }

  /** Ends the requests and every session. */
  void evening() {
    if (run != null) {
      run.receiveItsEnd();
    }
    lab.time.pass(Duration.ofMinutes(10));
    asked.forEach(this::end);
    lab.time.pass(Duration.ofMinutes(1));
  }

  private void act() {
    Asked any = asked.isEmpty() ? null : asked.get(luck.nextInt(asked.size()));
    int what = luck.nextInt(14);
    if (any == null || what < 7) {
      Map<String, Object> asks = capabilities();
      asked.add(new Asked(lab.ask(asks), asks));
    } else if (what < 9) {
      any.pending().clientLeft();
      left.add(any.id());
    } else if (what < 12) {
      end(any);
    } else if (what < 13) {
      nodeGoesOrComesBack();
    } else if (run != null) {
      run.end();
    } else {
      deviceGoesOrComesBack();
    }
  }

  /**
   * Ends the session of a request. A client that has left ends nothing: the server has to request
   * it, which is repeated here, because a store writes an end later whose request was lost.
   */
  private void end(Asked request) {
    Session session = request.pending().session();
    if (session != null && (!left(request) || lab.sessions.isEndRequested(session.id()))) {
      lab.end(request.pending());
    }
  }

  private void nodeGoesOrComesBack() {
    Device device = anyDevice();
    boolean goes = offline.add(device.id());
    if (!goes) {
      offline.remove(device.id());
    }
    lab.news.node(device.node().id(), goes ? Optional.of("as configured") : Optional.empty());
  }

  private void deviceGoesOrComesBack() {
    DeviceId device = anyDevice().id();
    if (!away.add(device)) {
      away.remove(device);
    }
    lab.fleet(all.stream().filter(it -> !away.contains(it.id())).toList());
  }

  /** By name, because the order in which devices became known differs between days. */
  private Device anyDevice() {
    String name = "phone-" + luck.nextInt(all.size());
    return all.stream().filter(device -> device.name().equals(name)).findFirst().orElseThrow();
  }

  private Map<String, Object> capabilities() {
    Map<String, Object> asks = new HashMap<>();
    if (luck.nextBoolean()) {
      asks.put("platformName", luck.nextBoolean() ? "android" : "IOS");
    } else if (luck.nextBoolean()) {
      asks.put("appium:udid", "phone-" + luck.nextInt(6));
    }
    asks.put("gridfleet:waitForDeviceOnlineTimeout", luck.nextInt(1, 60));
    asks.put("gridfleet:retryNewSessionFailure", luck.nextInt(4) > 0);
    asks.put("gridfleet:ignoreFailedDevices", luck.nextInt(4) > 0);
    asks.put("gridfleet:priority", luck.nextInt(3));
    if (run != null && luck.nextInt(4) == 0) {
      asks.put("gridfleet:run_id", run.id());
    }
    List<String> known = strategies.stream().sorted().toList();
    asks.put("gridfleet:deviceStrategy", known.get(luck.nextInt(known.size())));
    return asks;
  }

  List<Asked> asked() {
    return asked;
  }

  boolean left(Asked request) {
    return left.contains(request.id());
  }

  /** The duration of each answer to a request. */
  List<Duration> answers(Asked request) {
    return answers.getOrDefault(request.id(), List.of());
  }

  /** The attempts by request and device, in order. */
  List<String> attempts() {
    return attempts;
  }

  /** Requests that wait although a device is free for them; must be empty. */
  List<String> waitingInVain() {
    Set<DeviceId> locked =
        lab.locks.held().toCompletableFuture().join().stream()
            .map(held -> held.lock().device())
            .collect(Collectors.toSet());
    Set<String> waiting =
        lab.distributor.queue().stream().map(it -> it.request()).collect(Collectors.toSet());
    List<String> found = new ArrayList<>();
    for (Asked request : asked) {
      for (Device device : all) {
        if (waiting.contains(request.id())
            && !locked.contains(device.id())
            && couldHave(request, device)) {
          found.add(request + " could have " + device.name());
        }
      }
    }
    return found;
  }

  private boolean couldHave(Asked request, Device device) {
    Object udid = request.capabilities().get("appium:udid");
    Object platform = request.capabilities().get("platformName");
    return !away.contains(device.id())
        && (udid == null ? !offline.contains(device.id()) : udid.equals(device.name()))
        && (platform == null
            || platform.toString().toLowerCase(Locale.ROOT).equals(device.platform()))
        && request.pending().attempts().stream().noneMatch(it -> it.device().equals(device));
  }
}
