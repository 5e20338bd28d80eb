/**
 * REST for devices, runs, sessions, selectors and the queue, and the event feed. Threads:
 * operations start on the executor of the API and continue on the threads of the store.
 *
 * <p>Exported from the sub-packages: {@code device.CatalogRoutes}, {@code device.DeviceRoutes},
 * {@code device.DeviceRows}, {@code device.TestDataRoutes}, {@code event.EventFeed}, {@code
 * event.EventRoutes}, {@code history.DeviceHistoryRoutes}, {@code history.RequestRoutes}, {@code
 * history.UsageRoutes}, {@code history.WhatIfRoutes}, {@code http.ApiAnswer}, {@code
 * http.ApiRequest}, {@code overview.LabOverview}, {@code overview.OverviewRoutes}, {@code
 * queue.DistributorQueue}, {@code queue.QueueRoutes}, {@code queue.QueueView}, {@code
 * run.ClaimRoutes}, {@code run.RunDeviceRoutes}, {@code run.RunEvents}, {@code run.RunRoutes},
 * {@code selector.SelectorRoutes}, {@code session.SessionHistory}, {@code session.SessionRoutes},
 * {@code session.SessionRows}.
 */
@NullMarked
package io.gridfleet.lb.api;

import org.jspecify.annotations.NullMarked;
