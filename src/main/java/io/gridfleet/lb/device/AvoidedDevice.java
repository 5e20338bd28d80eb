package io.gridfleet.lb.device;

import java.time.Instant;

/** A device that lately failed an attempt through its own fault: until when, and why. */
public record AvoidedDevice(DeviceId device, Instant until, String cause) {}
