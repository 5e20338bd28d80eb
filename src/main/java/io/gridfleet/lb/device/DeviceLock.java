package io.gridfleet.lb.device;

/**
 * An exclusive lock on one slot of a device.
 *
 * @param slot from 0 to the device's slots - 1
 * @param holder the id of an attempt or session, or an operator's name
 * @param token the fencing token: larger than that of every earlier lock on this slot
 */
public record DeviceLock(DeviceId device, int slot, String holder, long token) {}
