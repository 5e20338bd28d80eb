package io.gridfleet.lb.router;

/** Answers one kind of request that isn't relayed. */
@FunctionalInterface
public interface Endpoint {
  /** Called on the client's event loop; must not block, and answers the exchange in its time. */
  void handle(Exchange exchange);
}
