package io.gridfleet.lb.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gridfleet.lb.api.device.DeviceRows;
import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.ApiCaller;
import io.gridfleet.lb.api.http.ApiRequest;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.api.http.QueryParameters;
import io.gridfleet.lb.api.selector.SelectorRoutes;
import io.gridfleet.lb.auth.Reach;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.LockRequest;
import io.gridfleet.lb.device.LockResult;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.FleetUpdates;
import io.gridfleet.lb.distributor.LockKeeper;
import io.gridfleet.lb.distributor.PickStrategy;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.distributor.ReservationUpdates;
import io.gridfleet.lb.run.ChangeOverride;
import io.gridfleet.lb.run.DeviceDescription;
import io.gridfleet.lb.run.DriverPacks;
import io.gridfleet.lb.run.FakeRuns;
import io.gridfleet.lb.run.Requirement;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunBindings;
import io.gridfleet.lb.run.RunCommands;
import io.gridfleet.lb.run.RunConfig;
import io.gridfleet.lb.run.RunLab;
import io.gridfleet.lb.run.RunRequest;
import io.gridfleet.lb.run.VirtualClock;
import io.gridfleet.lb.selector.AttributeTables;
import io.gridfleet.lb.selector.Selector;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The distributor honours reservations: a run's devices serve this run only. */
final class ReservedRoutingTest implements DeviceLocks {
  private final VirtualClock clock = new VirtualClock();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Distributor distributor =
      new Distributor(new LockKeeper(this, Duration.ofSeconds(30), System::nanoTime), timer, clock);
  private final FleetUpdates news = new FleetUpdates(distributor);
  private final RunLab lab = new RunLab();

  /** The offset of the store's clock from the local one. */
  private Duration ahead = Duration.ZERO;

  private final FakeRuns runs = new FakeRuns(() -> clock.instant().plus(ahead), this::locked);
  private final RunBindings bindings =
      new RunBindings(
          new ReservationUpdates(
              news,
              () -> this.bindings(),
              timer,
              new ReservationUpdates.StoreTime(end -> end.minus(ahead), clock)));
  private final RunCommands commands =
      new RunCommands(
          new RunCommands.Parts(
              runs,
              new TestDeviceStates(distributor, lab.overrides(), clock),
              DriverPacks.builtIn(),
              new ChangeOverride(
                  lab.overrides(), now -> news.maintenance(now.device(), now.maintenance())),
              (run, by) -> CompletableFuture.completedStage(null)),
          ConfigLoader.defaults(RunConfig.class),
          bindings,
          bindings,
          clock);
  private final Map<DeviceId, DeviceLock> held = new ConcurrentHashMap<>();

  private RunBindings bindings() {
    return bindings;
  }

  private boolean locked(DeviceId device) {
    return held.containsKey(device);
  }

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  private void furnish(int phones) {
    for (int i = 0; i < phones; i++) {
      lab.phone("phone-" + i);
    }
    news.inventory(lab.all().stream().map(state -> state.device()).toList());
  }

  private Run reserve(int count) {
    Requirement phones =
        new Requirement(
            "appium-uiautomator2",
            "android_mobile",
            Optional.empty(),
            new Requirement.Exactly(count),
            Map.of(),
            Set.of());
    RunRequest request =
        new RunRequest(
            "r", List.of(phones), Duration.ofHours(1), Duration.ofMinutes(2), Optional.empty());
    return commands.reserve(request, Selector.everything()).toCompletableFuture().join();
  }

  private CompletableFuture<Placement> ask(Optional<String> run) {
    Question question =
        new Question(Selector.everything(), Selector.everything(), run, Optional.empty());
    PlacementRequest request =
        new PlacementRequest(
            "request",
            List.of(question),
            new PlacementRequest.QueuePosition(0, clock.instant(), 0),
            new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
            new Quota("anonymous", OptionalInt.empty()));
    return distributor.place(request, Duration.ofMinutes(1)).outcome().toCompletableFuture();
  }

  private static DeviceId placed(CompletableFuture<Placement> asked) {
    return ((Placement.Placed) asked.orTimeout(5, TimeUnit.SECONDS).join()).device().id();
  }

  @Test
  void aRunsDevicesServeThisRunOnly() {
    furnish(2);
    Run run = reserve(1);
    DeviceId mine = run.reservations().get(0).device();

    DeviceId strangers = placed(ask(Optional.empty()));
    DeviceId runs = placed(ask(Optional.of(run.id().value())));

    assertThat(runs).isEqualTo(mine);
    assertThat(strangers).isNotEqualTo(mine);
    assertThat(ask(Optional.empty())).isNotDone();
  }

  @Test
  void theEndOfARunWakesWaitingRequests() {
    furnish(1);
    Run run = reserve(1);
    CompletableFuture<Placement> waiting = ask(Optional.empty());
    assertThat(waiting).isNotDone();

    commands.cancel(run.id(), "suite ci").toCompletableFuture().join();

    assertThat(placed(waiting)).isEqualTo(run.reservations().get(0).device());
  }

  @Test
  void aDeviceInCooldownServesNoRequestButStaysReserved() {
    furnish(1);
    Run run = reserve(1);
    DeviceId device = run.reservations().get(0).device();
    commands
        .coolDown(run.id(), device, "flaky", Duration.ofSeconds(30), "suite ci")
        .toCompletableFuture()
        .join();

    assertThat(ask(Optional.of(run.id().value()))).isNotDone();
    assertThat(ask(Optional.empty())).isNotDone();
    clock.pass(Duration.ofSeconds(30));
    assertThat(placed(ask(Optional.of(run.id().value())))).isEqualTo(device);
  }

  @ParameterizedTest
  @ValueSource(ints = {-60, 60})
  void aCooldownLastsItsTimeHoweverTheClocksDiffer(int seconds) {
    ahead = Duration.ofSeconds(seconds);
    furnish(1);
    Run run = reserve(1);
    DeviceId device = run.reservations().get(0).device();
    Duration rest = Duration.ofSeconds(30);
    commands.coolDown(run.id(), device, "flaky", rest, "suite ci").toCompletableFuture().join();

    assertThat(ask(Optional.of(run.id().value()))).isNotDone();
    clock.pass(rest);
    assertThat(placed(ask(Optional.of(run.id().value())))).isEqualTo(device);
  }

  @Test
  void theEndOfACooldownWakesWaitingRequests() {
    furnish(1);
    Run run = reserve(1);
    DeviceId device = run.reservations().get(0).device();
    Duration rest = Duration.ofMillis(300);
    commands.coolDown(run.id(), device, "flaky", rest, "suite ci").toCompletableFuture().join();
    CompletableFuture<Placement> waiting = ask(Optional.of(run.id().value()));
    assertThat(waiting).isNotDone();

    clock.pass(rest);

    assertThat(placed(waiting)).isEqualTo(device);
  }

  @Test
  void aDeviceThatCanNotBePreparedIsInMaintenanceBeyondItsRun() {
    furnish(1);
    Run run = reserve(1);
    DeviceId device = run.reservations().get(0).device();
    commands
        .reportPreparationFailure(run.id(), device, "adb is stuck", "suite ci")
        .toCompletableFuture()
        .join();
    commands.complete(run.id()).toCompletableFuture().join();

    assertThat(ask(Optional.empty())).isNotDone();
    assertThat(distributor.states().get(0).inhibitors().get(0).detail()).isEqualTo("adb is stuck");
  }

  @Test
  void explainConsidersTheRun() throws IOException {
    furnish(3);
    Run run = reserve(1);
    SelectorRoutes routes =
        new SelectorRoutes(
            distributor, this, new DeviceRows(lab, DriverPacks.builtIn(), bindings), clock);

    JsonNode explained = explain(routes, "selector=model%3APixel*+os_version%3A14");
    assertThat(explained.path("matching").intValue()).isEqualTo(3);
    assertThat(explained.path("free").intValue()).isEqualTo(2);
    assertThat(explained.at("/inhibited/reserved").intValue()).isEqualTo(1);
    assertThat(explained.path("terms")).hasSize(2);
    JsonNode mine = explain(routes, "selector=model%3APixel*&run=" + run.id());
    assertThat(mine.path("free").intValue()).isEqualTo(1);
    JsonNode none = explain(routes, "selector=model%3APixel*+os_version%3A99");
    assertThat(none.at("/nearest_miss/devices").intValue()).isEqualTo(3);
  }

  private static JsonNode explain(SelectorRoutes routes, String query) throws IOException {
    ApiRequest request =
        new ApiRequest("GET", "/api/selector/explain", query, Map.of(), new byte[0]);
    Operation get = routes.operations().get(0);
    ApiAnswer answer =
        get.handler()
            .handle(
                new ApiCall(
                    request,
                    Map.of(),
                    new QueryParameters(query),
                    new ApiCaller(Tenant.anonymous(), Reach.ALL)))
            .toCompletableFuture()
            .join();
    JsonNode body = new ObjectMapper().readTree(((ApiAnswer.Whole) answer).body());
    JsonNode description = new ApiClient(new ApiLab()).description();
    JsonNode schema = description.at("/components/schemas/Explanation");
    new ResponseSchema(description).check(schema, body, query);
    return body;
  }

  @Test
  void aDeviceHasTheAttributesThatSuitesRequest() {
    Device phone =
        lab.add(
            "10.0.0.8:5555",
            "Android",
            Map.of(
                "platformName",
                "Android",
                "model",
                "Shield",
                "tag",
                Map.of("Team", "a", "model", "x")));
    DeviceOverride override =
        new DeviceOverride(
            phone.id(), Optional.empty(), Map.of("team", "b", "smoke", "true"), Map.of());

    Device complete =
        DeviceDescription.complete(phone, override, DriverPacks.builtIn(), new AttributeTables());

    for (String selector :
        List.of(
            "platform_id:android_mobile",
            "device_kind:real_device",
            "device_type:android",
            "model:Shield",
            "tag.model:x",
            "connection_type:network",
            "tag.team:b",
            "team:b",
            "groups:smoke")) {
      assertThat(Selector.parse(selector).matches(complete.attributes())).as(selector).isTrue();
    }
    assertThat(DeviceDescription.tags(complete, DeviceOverride.none(phone.id())))
        .isEqualTo(Map.of("team", "b", "smoke", "true", "model", "x"));
    assertThat(Selector.parse("team:a").matches(complete.attributes())).isFalse();
    assertThat(Selector.parse("tag.team:a").matches(complete.attributes())).isFalse();
  }

  @Override
  public CompletionStage<Integer> heldFor(String tenant) {
    return CompletableFuture.completedStage(0);
  }

  @Override
  public CompletionStage<LockResult> tryLock(LockRequest options, RemoteWaiters elsewhere) {
    DeviceLock lock = new DeviceLock(options.device(), 0, options.attempt(), 1);
    boolean taken = held.putIfAbsent(options.device(), lock) != null;
    return CompletableFuture.completedStage(
        taken ? new LockResult.NotFree() : new LockResult.Taken(lock));
  }

  @Override
  public CompletionStage<Optional<DeviceLock>> tryLockForOperator(
      DeviceId device, int slots, String operator) {
    return tryLock(device, slots, operator, Duration.ZERO);
  }

  @Override
  public CompletionStage<List<DeviceLock>> renew(List<DeviceLock> locks, Duration expiry) {
    return CompletableFuture.completedStage(List.of());
  }

  @Override
  public CompletionStage<Boolean> release(DeviceLock lock) {
    return CompletableFuture.completedStage(held.remove(lock.device(), lock));
  }

  @Override
  public CompletionStage<List<HeldLock>> held() {
    return CompletableFuture.completedStage(List.of());
  }
}
