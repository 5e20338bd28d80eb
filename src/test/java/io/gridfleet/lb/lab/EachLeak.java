package io.gridfleet.lb.lab;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Has Netty track each buffer of the tests' process and report each lost one. By default it tracks
 * one in 128, and reports losses with the same trace once in a process, whichever test was first;
 * the number in the trace of each tells them apart.
 *
 * <p>Set before the first buffer exists: the detector is chosen when Netty's class of buffers
 * loads.
 */
public final class EachLeak extends ResourceLeakDetectorFactory implements LauncherSessionListener {
  @Override
  public void launcherSessionOpened(LauncherSession session) {
    setResourceLeakDetectorFactory(this);
  }

  /** Every interval that is asked for is 1. */
  @Override
  @SuppressWarnings("deprecation") // abstract in the class
  public <T> ResourceLeakDetector<T> newResourceLeakDetector(
      Class<T> resource, int samplingInterval, long maxActive) {
    return new Detector<>(resource);
  }

  private static final class Detector<T> extends ResourceLeakDetector<T> {
    private final AtomicLong tracked = new AtomicLong();

    Detector(Class<T> resource) {
      super(resource, 1);
    }

    @Override
    protected Object getInitialHint(String resourceType) {
      return tracked.incrementAndGet();
    }
  }
}
