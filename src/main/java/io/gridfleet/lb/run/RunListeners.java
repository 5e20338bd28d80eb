package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Notifies several listeners in order. */
record RunListeners(List<RunListener> listeners) implements RunListener {
  private void each(Consumer<RunListener> event) {
    listeners.forEach(event);
  }

  @Override
  public void changed(Run run) {
    each(listener -> listener.changed(run));
  }

  @Override
  public void created(Run run) {
    each(listener -> listener.created(run));
  }

  @Override
  public void activated(Run run) {
    each(listener -> listener.activated(run));
  }

  @Override
  public void ended(Run run) {
    each(listener -> listener.ended(run));
  }

  @Override
  public void preparationFailed(Run run, DeviceId device, String message) {
    each(listener -> listener.preparationFailed(run, device, message));
  }

  @Override
  public void coolingDown(Run run, DeviceId device, Duration howLong) {
    each(listener -> listener.coolingDown(run, device, howLong));
  }

  @Override
  public void escalated(Run run, DeviceId device) {
    each(listener -> listener.escalated(run, device));
  }

  @Override
  public void failsAgain(Run run, DeviceId device, String cause) {
    each(listener -> listener.failsAgain(run, device, cause));
  }

  @Override
  public void bindingsChanged(Set<DeviceId> devices) {
    each(listener -> listener.bindingsChanged(devices));
  }

  @Override
  public void over(RunId run) {
    each(listener -> listener.over(run));
  }
}
