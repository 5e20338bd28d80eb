package io.gridfleet.lb.device;

import java.time.Instant;

/** A device that is avoided because an attempt failed on it: until when, and why. */
public record AvoidedDevice(DeviceId device, Instant until, String cause) {}
