package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.auth.TokenIdentity;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.replay.WhatIf;
import io.gridfleet.lb.history.CommandHistory;
import io.gridfleet.lb.history.CommandRecord;
import io.gridfleet.lb.history.CommandSummary;
import io.gridfleet.lb.history.HistoryConfig;
import io.gridfleet.lb.history.HistoryWriter;
import io.gridfleet.lb.history.OpenRequests;
import io.gridfleet.lb.history.RequestHistory;
import io.gridfleet.lb.history.RequestRecord;
import io.gridfleet.lb.history.RequestRow.ServedBy;
import io.gridfleet.lb.history.SessionCommands;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.relay.RelayListener;
import io.gridfleet.lb.store.sql.SqlStore;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The history: what is recorded, when it is written, and when it is deleted. */
final class HistoryWiring {
  private static final Logger log = LoggerFactory.getLogger(HistoryWiring.class);

  /** How long a record waits for others of its batch. */
  private static final Duration TICK = Duration.ofMillis(200);

  /** How soon other replicas see what a request in progress does. */
  private static final Duration SNAPSHOT = Duration.ofMillis(250);

  /** How soon other replicas see the commands of a live session. */
  private static final Duration COMMANDS = Duration.ofSeconds(5);

  private static final Duration MAINTENANCE = Duration.ofMinutes(1);

  private final HistoryConfig config;
  private final String replica;
  private final RequestHistory requests;
  private final WhatIf whatIf;
  private final HistoryWriter<RequestRecord> writer;
  private final OpenRequests open;
  private final DeviceHistoryWiring periods;
  private final CommandHistory commands;
  private final HistoryWriter<CommandRecord> commandWriter;
  private final SessionCommands sessionCommands;
  private final RelayListener commandRecorder;

  HistoryWiring(
      HistoryConfig config,
      SqlStore store,
      Inventory inventory,
      Admission admission,
      HistoryWriter.DropListener dropped) {
    this.config = config;
    this.replica = store.replicas().own();
    this.requests = store.requestHistory();
    this.whatIf =
        new WhatIf(
            store.recordedTraffic(),
            tenant -> admission.tokensOf(tenant).stream().findFirst().map(TokenIdentity::tenant));
    this.writer =
        new HistoryWriter<>(
            requests, HistoryWriter.Room.standard(), RequestRecord::weight, dropped);
    ServedBy own = new ServedBy(store.replicas().own(), store.replicas().ownName());
    this.open = new OpenRequests(writer, own, store.time());
    this.periods = new DeviceHistoryWiring(config, store, inventory, dropped);
    this.commands = store.commandHistory();
    this.commandWriter =
        new HistoryWriter<>(
            commands, HistoryWriter.Room.standard(), CommandRecord::weight, dropped);
    this.sessionCommands = new SessionCommands(commandWriter, own.id(), store.time());
    this.commandRecorder =
        config.records() ? new CommandRecorder(sessionCommands, store.time()) : RelayListener.NONE;
  }

  RequestHistory requests() {
    return requests;
  }

  WhatIf whatIf() {
    return whatIf;
  }

  OpenRequests open() {
    return open;
  }

  /** The history of devices. */
  DeviceHistoryWiring periods() {
    return periods;
  }

  /** Returns the listener that counts commands; one that does nothing if nothing is recorded. */
  RelayListener commandRecorder() {
    return commandRecorder;
  }

  /**
   * Returns the commands of a session: those counted here, and what other replicas have written.
   */
  CompletionStage<CommandSummary> commandsOf(String session) {
    Optional<CommandSummary> here = sessionCommands.find(session);
    return commands
        .of(session)
        .thenApply(
            stored ->
                stored.stream()
                    .filter(record -> here.isEmpty() || !record.replica().equals(replica))
                    .map(CommandRecord::commands)
                    .reduce(here.orElseGet(CommandSummary::none), CommandSummary::and));
  }

  /** A session ended, here or on another replica. */
  void ended(SessionId session) {
    sessionCommands.forget(session.value());
  }

  /** Returns the listener that records requests; one that does nothing if nothing is recorded. */
  NewSessionListener recorder(Admission admission, SqlStore store) {
    return config.records()
        ? new RequestRecorder(
            open, admission, new RequestRecorder.StoreTime(store.time(), store::toStoreTime))
        : new NewSessionListener() {};
  }

  /**
   * @param elsewhere composes records, which takes too long for the timer
   */
  void start(ScheduledExecutorService timer, Executor elsewhere, Distributor distributor) {
    periods.start(timer, elsewhere, distributor);
    if (!config.records()) {
      return;
    }
    Timers.every(timer, TICK, "writing the history of requests", writer::tick);
    Timers.every(timer, TICK, "writing the history of commands", commandWriter::tick);
    Timers.every(timer, COMMANDS, "the snapshot of commands", sessionCommands::snapshot);
    Timers.every(timer, SNAPSHOT, "the snapshot of requests", () -> snapshot(elsewhere));
    Timers.every(timer, MAINTENANCE, "the maintenance of history", this::maintain);
  }

  private void snapshot(Executor elsewhere) {
    try {
      elsewhere.execute(open::snapshot);
    } catch (RejectedExecutionException busy) {
      log.debug("the requests in progress are written later");
    }
  }

  private void maintain() {
    Failures.log(
        requests
            .endLost(open::isOpen)
            .thenCompose(lost -> requests.prune(config.keep(), config.most()))
            .thenCompose(gone -> commands.prune(config.keep(), config.most()))
            .exceptionally(
                failure -> {
                  log.debug("the history is pruned later", failure);
                  return null;
                }),
        "the maintenance of history");
  }

  /** Ends a replay and writes what waits; before the store closes. */
  void close(Duration patience) {
    whatIf.close();
    periods.close(patience);
    try {
      CompletableFuture.allOf(
              writer.close().toCompletableFuture(), commandWriter.close().toCompletableFuture())
          .get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException unwritten) {
      log.warn(
          "Records of the history not written: {}", writer.waiting() + commandWriter.waiting());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
