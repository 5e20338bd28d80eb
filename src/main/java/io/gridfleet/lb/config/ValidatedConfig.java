package io.gridfleet.lb.config;

/** A configuration record with rules that hold between its keys. */
public interface ValidatedConfig {
  /** Reports all problems; called once, when each key by itself is valid. */
  void check(ConstraintErrors complaints);
}
