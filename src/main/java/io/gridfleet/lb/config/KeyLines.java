package io.gridfleet.lb.config;

/** Where the keys of a configuration were written. */
public final class KeyLines {
  private final Yaml.Mapping tree;

  KeyLines(Yaml.Mapping tree) {
    this.tree = tree;
  }

  /**
   * The line of a key.
   *
   * @param key such as {@code nodes[2].devices[0]}
   * @return from 1; 0 where it wasn't written in a file
   */
  public int of(String key) {
    return ConstraintErrors.place(tree, key).line();
  }
}
