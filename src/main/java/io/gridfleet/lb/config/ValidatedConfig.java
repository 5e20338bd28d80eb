package io.gridfleet.lb.config;

/** A configuration record with rules that hold between its keys. */
public interface ValidatedConfig {
  /** Tells everything that is wrong; called once, when each key by itself is right. */
  void check(ConstraintErrors complaints);
}
