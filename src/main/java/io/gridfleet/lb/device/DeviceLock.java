package io.gridfleet.lb.device;

/**
 * The exclusive hold on one slot of a device.
 *
 * @param slot from 0 to the device's slots less one
 * @param holder who holds it: the id of an attempt, of a session, or an operator's name
 * @param token the fencing token: larger than that of every earlier lock on this slot
 */
public record DeviceLock(DeviceId device, int slot, String holder, long token) {}
