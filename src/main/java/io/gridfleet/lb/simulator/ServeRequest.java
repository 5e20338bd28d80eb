package io.gridfleet.lb.simulator;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.simulator.NodeEvent.Kind;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** From a whole request to its answer on a simulated node, with the faults that are due. */
final class ServeRequest {
  private final NodeCore node;
  private final CreateSession createSession;
  private final AnswerCommand answerCommand = new AnswerCommand();

  /** The text of Appium 3.8. */
  private static final SimulatedAnswer NOT_ALLOWED =
      SimulatedAnswer.error(
          500,
          "unknown error",
          "Potentially insecure feature 'session_discovery' has not been enabled.");

  ServeRequest(NodeCore node) {
    this.node = node;
    this.createSession = new CreateSession(node);
  }

  void serve(SimulatedRequest request, PeerExchange exchange) {
    NodeOperation operation = NodeOperation.of(request);
    String udid = udid(operation, request);
    if (operation == NodeOperation.NEW_SESSION && replayed(request, udid, exchange)) {
      return;
    }
    Optional<Fault> fault = node.faults().take(operation, udid);
    if (fault.isPresent()) {
      node.history().add(Kind.FAULT, request.sessionId(), udid, fault.get().toString());
      play(fault.get(), operation, request, exchange);
    } else {
      Supplier<SimulatedAnswer> work = begin(operation, request, "");
      exchange.later(node.usualTime(operation), () -> exchange.answer(work.get()));
    }
  }

  private boolean replayed(SimulatedRequest request, String udid, PeerExchange exchange) {
    String key = node.config().style().isAppium() ? request.header("x-idempotency-key") : "";
    Optional<CompletableFuture<SimulatedAnswer>> earlier = node.replays().find(key);
    if (earlier.isPresent()) {
      node.history().add(Kind.REPLAYED, "", udid, key);
      Failures.log(earlier.get().thenAccept(exchange::answer), "a replay of key " + key);
      return true;
    }
    node.history()
        .received(
            new ReceivedCreation(
                udid, request.headers(), CreateSession.body(request), System.nanoTime()));
    return false;
  }

  private void play(
      Fault fault, NodeOperation operation, SimulatedRequest request, PeerExchange exchange) {
    if (fault instanceof Fault.Stall) {
      return;
    }
    if (fault instanceof Fault.DropAfterRequest) {
      exchange.drop();
    } else if (fault instanceof Fault.Gateway gateway) {
      exchange.answer(
          SimulatedAnswer.text(gateway.status(), "text/html", "<h1>gateway error</h1>"));
    } else if (fault instanceof Fault.Fails fails) {
      SimulatedAnswer failure =
          SimulatedAnswer.error(fails.status(), fails.error(), fails.message());
      if (operation == NodeOperation.NEW_SESSION) {
        node.history().add(Kind.REFUSED, "", udid(operation, request), fails.message());
        node.replays().keep(request.header("x-idempotency-key")).complete(failure);
      }
      exchange.answer(failure);
    } else if (fault instanceof Fault.Forget) {
      node.end(request.sessionId(), Kind.FORGOTTEN);
      exchange.answer(SimulatedAnswer.unknownSession(request.sessionId()));
    } else {
      playAfterWork(fault, operation, request, exchange);
    }
  }

  private void playAfterWork(
      Fault fault, NodeOperation operation, SimulatedRequest request, PeerExchange exchange) {
    String id = fault instanceof Fault.SessionIdAgain again ? again.id() : "";
    if (fault instanceof Fault.KeepsSockets) {
      node.keepSockets(request.sessionId());
    }
    Supplier<SimulatedAnswer> work = begin(operation, request, id);
    if (fault instanceof Fault.Late late) {
      exchange.later(late.by(), () -> exchange.answer(work.get()));
      return;
    }
    SimulatedAnswer answer = work.get();
    if (fault instanceof Fault.DropAfterWork) {
      exchange.drop();
    } else if (fault instanceof Fault.DropMidBody) {
      exchange.answerHalf(answer);
    } else if (fault instanceof Fault.SlowBytes slow) {
      exchange.answerSlowly(answer, slow.apart());
    } else if (fault instanceof Fault.Garbage) {
      exchange.answer(SimulatedAnswer.text(200, "application/json", "{\"value\": not json"));
    } else {
      exchange.answer(answer);
    }
  }

  private Supplier<SimulatedAnswer> begin(
      NodeOperation operation, SimulatedRequest request, String forcedId) {
    return switch (operation) {
      case STATUS -> {
        node.history().add(Kind.STATUS, "", "", "");
        yield this::status;
      }
      case NEW_SESSION -> {
        CompletableFuture<SimulatedAnswer> kept =
            node.replays().keep(request.header("x-idempotency-key"));
        Supplier<SimulatedAnswer> work = createSession.begin(request, forcedId);
        yield () -> {
          SimulatedAnswer answer = work.get();
          kept.complete(answer);
          return answer;
        };
      }
      case END_SESSION -> () -> endSession(request);
      case LIST_SESSIONS -> () -> listSessions(request);
      case COMMAND -> command(request);
      case OTHER -> () -> SimulatedAnswer.unknownCommand(request);
    };
  }

  private SimulatedAnswer status() {
    boolean appium = node.config().style().isAppium();
    var value =
        SimulatedAnswer.JSON
            .createObjectNode()
            .put("ready", true)
            .put("message", appium ? "simulated" : "ChromeDriver ready for new sessions.");
    value.putObject("build").put("version", appium ? "simulated" : "156.0.0.0 (simulated)");
    return SimulatedAnswer.value(value);
  }

  private SimulatedAnswer endSession(SimulatedRequest request) {
    if (node.end(request.sessionId(), Kind.DELETED)) {
      return SimulatedAnswer.value(null);
    }
    node.history().add(Kind.UNKNOWN_SESSION, request.sessionId(), "", "DELETE");
    return node.config().style().isAppium()
        ? SimulatedAnswer.unknownSession(request.sessionId())
        : SimulatedAnswer.value(null);
  }

  private SimulatedAnswer listSessions(SimulatedRequest request) {
    boolean appium = node.config().style().isAppium();
    if (!request.path().equals(appium ? "/appium/sessions" : "/sessions")) {
      return SimulatedAnswer.unknownCommand(request);
    }
    if (!node.config().listsSessions()) {
      return appium ? NOT_ALLOWED : SimulatedAnswer.unknownCommand(request);
    }
    var list = SimulatedAnswer.JSON.createArrayNode();
    for (SimulatedSession session : node.sessions().all()) {
      var entry = list.addObject().put("id", session.identity().id());
      entry.put("created", session.identity().createdAt().toEpochMilli());
      entry.set("capabilities", session.capabilities());
    }
    return SimulatedAnswer.value(list);
  }

  private Supplier<SimulatedAnswer> command(SimulatedRequest request) {
    String what = request.method() + " " + request.tail();
    Optional<SimulatedSession> found = node.sessions().find(request.sessionId());
    if (found.isEmpty()) {
      node.history().add(Kind.UNKNOWN_SESSION, request.sessionId(), "", what);
      return () -> SimulatedAnswer.unknownSession(request.sessionId());
    }
    SimulatedSession session = found.get();
    node.history().add(Kind.COMMAND, session.identity().id(), session.identity().udid(), what);
    session.commandStarts();
    return () -> {
      session.commandEnds(node.now());
      return answerCommand.answer(session, request);
    };
  }

  private String udid(NodeOperation operation, SimulatedRequest request) {
    if (operation == NodeOperation.NEW_SESSION) {
      return CreateSession.udid(CreateSession.body(request));
    }
    return node.sessions()
        .find(request.sessionId())
        .map(session -> session.identity().udid())
        .orElse("");
  }
}
