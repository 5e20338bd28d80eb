/**
 * Replays of recorded requests with other devices: the distributor itself on a virtual clock, with
 * locks in memory. In: records of the history and an inventory. Out: waits and refusals, and what
 * was assumed. Threads: a replay is confined to the thread that runs it, which for {@link
 * io.gridfleet.lb.distributor.replay.WhatIf} is one of its own.
 */
@NullMarked
package io.gridfleet.lb.distributor.replay;

import org.jspecify.annotations.NullMarked;
