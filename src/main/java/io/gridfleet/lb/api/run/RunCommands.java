package io.gridfleet.lb.api.run;

import io.gridfleet.lb.run.AdvanceRun;
import io.gridfleet.lb.run.ClaimDevice;
import io.gridfleet.lb.run.EndRun;
import io.gridfleet.lb.run.ExcludeDevice;
import io.gridfleet.lb.run.ReserveDevices;
import io.gridfleet.lb.run.RunConfig;

/** The commands on runs. */
public record RunCommands(
    ReserveDevices reserve,
    AdvanceRun advance,
    EndRun end,
    ExcludeDevice exclude,
    ClaimDevice claim,
    RunConfig config) {}
