package io.gridfleet.lb.distributor.explain;

import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.Question;
import java.util.List;
import java.util.Optional;

/**
 * The key of cached verdicts: requests with equal keys share them.
 *
 * @param reader whose names the answer may contain, see {@link DeviceInhibitors#of}
 */
record ExplainKey(List<Question> questions, Optional<String> reader) {
  static ExplainKey by(PlacementRequest request) {
    return new ExplainKey(request.questions(), request.quota().reader());
  }
}
