package io.gridfleet.lb.api;

import io.gridfleet.lb.api.device.CatalogRoutes;
import io.gridfleet.lb.api.device.DeviceRoutes;
import io.gridfleet.lb.api.device.TestDataRoutes;
import io.gridfleet.lb.api.event.EventRoutes;
import io.gridfleet.lb.api.history.DeviceHistoryRoutes;
import io.gridfleet.lb.api.history.RequestRoutes;
import io.gridfleet.lb.api.history.UsageRoutes;
import io.gridfleet.lb.api.history.WhatIfRoutes;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.api.overview.OverviewRoutes;
import io.gridfleet.lb.api.queue.QueueRoutes;
import io.gridfleet.lb.api.run.ClaimRoutes;
import io.gridfleet.lb.api.run.RunDeviceRoutes;
import io.gridfleet.lb.api.run.RunRoutes;
import io.gridfleet.lb.api.selector.SelectorRoutes;
import io.gridfleet.lb.api.session.SessionRoutes;
import java.util.ArrayList;
import java.util.List;

/** All routes of the API. */
public record ApiRoutes(
    Devices devices, Suites suites, Matching matching, EventRoutes events, Server server) {

  /** Routes below devices and driver packs. */
  public record Devices(
      DeviceRoutes devices,
      DeviceHistoryRoutes history,
      TestDataRoutes testData,
      CatalogRoutes catalog) {}

  /** Routes of the queue, of requests and of selectors. */
  public record Matching(QueueRoutes queue, RequestRoutes requests, SelectorRoutes selectors) {}

  /** Routes of the server itself. */
  public record Server(
      ServerRoutes server, OverviewRoutes overview, UsageRoutes usage, WhatIfRoutes whatIf) {}

  /** Routes of runs and sessions. */
  public record Suites(
      RunRoutes runs, RunDeviceRoutes runDevices, ClaimRoutes claims, SessionRoutes sessions) {}

  List<Operation> operations() {
    List<Operation> all = new ArrayList<>();
    all.addAll(devices.devices().operations());
    all.addAll(devices.history().operations());
    all.addAll(devices.testData().operations());
    all.addAll(devices.catalog().operations());
    all.addAll(suites.runs().operations());
    all.addAll(suites.runDevices().operations());
    all.addAll(suites.claims().operations());
    all.addAll(suites.sessions().operations());
    all.addAll(matching.queue().operations());
    all.addAll(matching.requests().operations());
    all.addAll(matching.selectors().operations());
    all.addAll(events.operations());
    all.addAll(server.overview().operations());
    all.addAll(server.usage().operations());
    all.addAll(server.whatIf().operations());
    all.addAll(server.server().operations());
    all.add(OpenApi.operation(all));
    return List.copyOf(all);
  }
}
