package io.gridfleet.lb.node;

/** The name of a node: configured, or {@code host:port} of its address. */
public record NodeId(String value) {
  @Override
  public String toString() {
    return value;
  }
}
