package io.gridfleet.lb.newsession;

import io.gridfleet.lb.lab.ObedientNodes;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.node.LeftoverSession;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.node.NodeAnswer;
import io.gridfleet.lb.node.NodeFailure;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.node.NodeRequest;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.SessionId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Nodes on a virtual clock with random or scripted results, and the sessions of each device. As
 * Appium they keep their answer to a creation by its key; a request with the key of a running
 * creation is answered with that.
 */
public final class ScriptedNodes implements AttemptCalls, ObedientNodes {
  /** A node's answer to a request that every device would refuse. */
  static final String REQUESTS_FAULT = "bad capability";

  /** The result of a creation on a node. */
  enum Luck {
    CREATES,
    CREATES_LATE,
    DEVICE_FAILS,
    REQUEST_AT_FAULT,
    REFUSES_CONNECTIONS,
    NEVER_ANSWERS
  }

  /** How long {@code NodeCleanUp} queries a left-over session: three times 20 s, and its pauses. */
  private static final Duration ASKED_FOR = Duration.ofSeconds(66);

  private final VirtualTime time;
  private final RandomGenerator luck;

  /** The session of each answered creation by key, if any. */
  private final Map<String, CompletableFuture<Optional<String>>> creations = new HashMap<>();

  private final Map<String, Set<String>> running = new HashMap<>();
  private final Map<String, String> deviceOf = new HashMap<>();
  private final Set<String> blamed = new HashSet<>();
  private final List<String> keys = new ArrayList<>();
  private int ids;
  private int mostAtOnce;
  private Luck always = Luck.CREATES;
  private boolean random;
  private @Nullable String id;
  private @Nullable NodeAnswer answer;
  private boolean throwsOnSend;
  private boolean throwsOnDelete;

  ScriptedNodes(VirtualTime time, RandomGenerator luck) {
    this.time = time;
    this.luck = luck;
  }

  public void always(Luck what) {
    always = what;
    random = false;
  }

  public void random() {
    random = true;
  }

  /** The most sessions that any one device ran at once. */
  public int mostAtOnce() {
    return mostAtOnce;
  }

  /** The keys of all creations that reached a node. */
  public List<String> keys() {
    return keys;
  }

  public int running() {
    return deviceOf.size();
  }

  /** Devices that have failed without a fault of a request. */
  public Set<String> everFailed() {
    return blamed;
  }

  /** The id of every session from now on. */
  public void creates(String sessionId) {
    id = sessionId;
  }

  /** Sets the answer to every creation from now on, without a session. */
  public void answers(int status, byte[] body) {
    answer = new NodeAnswer(status, Map.of(), body);
  }

  /** Throws from the client of nodes, as a bug would. */
  public void throwOnSend() {
    throwsOnSend = true;
  }

  public void throwOnDelete() {
    throwsOnDelete = true;
  }

  @Override
  public CompletionStage<NodeAnswer> send(Node node, NodeRequest request, Executor executor) {
    if (throwsOnSend) {
      throw new IllegalStateException("a bug, as configured");
    }
    CompletableFuture<NodeAnswer> answer = new CompletableFuture<>();
    if (!request.wanted().getAsBoolean()) {
      fail(answer, node, NodeFailure.Kind.WITHDRAWN);
      return answer;
    }
    String key = Objects.requireNonNull(request.headers().get("X-Idempotency-Key"));
    keys.add(key);
    String device = udid(request.body());
    Luck what = random ? Luck.values()[luck.nextInt(Luck.values().length)] : always;
    long soon = random ? luck.nextInt(1, 5_000) : 100;
    switch (what) {
      case CREATES -> createLater(soon, device, key, answer);
      case CREATES_LATE -> {
        blamed.add(device);
        createLater(130_000, device, key, answer);
      }
      case DEVICE_FAILS -> {
        blamed.add(device);
        later(soon, () -> answer.complete(error(500, "session not created", "odd trouble")));
      }
      case REQUEST_AT_FAULT ->
          later(soon, () -> answer.complete(error(400, "invalid argument", REQUESTS_FAULT)));
      case REFUSES_CONNECTIONS -> {
        blamed.add(device);
        later(1, () -> fail(answer, node, NodeFailure.Kind.REFUSED));
      }
      case NEVER_ANSWERS -> {
        blamed.add(device);
        later(request.deadline().toMillis(), () -> fail(answer, node, NodeFailure.Kind.TIMED_OUT));
      }
    }
    return answer;
  }

  private void later(long milliseconds, Runnable what) {
    time.schedule(what, milliseconds, TimeUnit.MILLISECONDS);
  }

  private static void fail(CompletableFuture<NodeAnswer> answer, Node node, NodeFailure.Kind kind) {
    answer.completeExceptionally(
        new NodeFailure(kind, NodeAddress.of(node.url()), "does as it was told"));
  }

  private void createLater(
      long milliseconds, String device, String key, CompletableFuture<NodeAnswer> said) {
    CompletableFuture<Optional<String>> left = new CompletableFuture<>();
    creations.put(key, left);
    later(
        milliseconds,
        () -> {
          if (answer != null) {
            left.complete(Optional.empty());
            said.complete(answer);
            return;
          }
          String created = id != null ? id : "s" + ++ids;
          NodeAnswer session = create(device, created);
          left.complete(Optional.of(created));
          said.complete(session);
        });
  }

  private NodeAnswer create(String device, String created) {
    Set<String> here = running.computeIfAbsent(device, key -> new HashSet<>());
    here.add(created);
    deviceOf.put(created, device);
    mostAtOnce = Math.max(mostAtOnce, here.size());
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("sessionId", created);
    value.put("capabilities", Map.of("platformName", "Android"));
    return new NodeAnswer(200, Map.of(), Json.bytes(Map.of("value", value)));
  }

  private static NodeAnswer error(int status, String error, String message) {
    Map<String, Object> value = Map.of("error", error, "message", message, "stacktrace", "");
    return new NodeAnswer(status, Map.of(), Json.bytes(Map.of("value", value)));
  }

  private static String udid(byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    int at = text.indexOf("\"appium:udid\":\"") + "\"appium:udid\":\"".length();
    return text.substring(at, text.indexOf('"', at));
  }

  @Override
  public CompletionStage<Boolean> delete(NodeId node, SessionId session) {
    if (throwsOnDelete) {
      throw new IllegalStateException("a bug, as configured");
    }
    return deleted(session.value());
  }

  @Override
  public CompletionStage<Boolean> deleteUnusable(NodeId node, String session) {
    return deleted(session);
  }

  @Override
  public CompletionStage<LeftoverSession> deleteLeftOver(NodeId node, String attempt) {
    if (throwsOnDelete) {
      throw new IllegalStateException("a bug, as configured");
    }
    CompletableFuture<Optional<String>> creation =
        creations.getOrDefault(attempt, CompletableFuture.completedFuture(Optional.empty()));
    CompletableFuture<LeftoverSession> found = new CompletableFuture<>();
    creation.thenAccept(
        left -> {
          if (left.isEmpty()) {
            found.complete(LeftoverSession.NONE);
          } else if (!found.isDone()) {
            deleted(left.get()).thenAccept(gone -> found.complete(LeftoverSession.NONE));
          }
        });
    later(ASKED_FOR.toMillis(), () -> found.complete(LeftoverSession.UNREACHABLE));
    return found;
  }

  private CompletionStage<Boolean> deleted(String session) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    later(
        5,
        () -> {
          String device = deviceOf.remove(session);
          if (device != null) {
            running.get(device).remove(session);
          }
          done.complete(true);
        });
    return done;
  }

  @Override
  public CompletionStage<Optional<Boolean>> has(NodeId node, SessionId session) {
    return CompletableFuture.completedFuture(Optional.of(deviceOf.containsKey(session.value())));
  }
}
