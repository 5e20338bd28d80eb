package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.api.ApiAccess;
import io.gridfleet.lb.app.log.RepeatLimit;
import io.gridfleet.lb.auth.Tenant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Access to the API that logs refused callers, never the credentials they presented. */
final class LoggedApiAccess implements ApiAccess {
  private static final Logger log = LoggerFactory.getLogger(LoggedApiAccess.class);

  private final ApiAccess access;

  LoggedApiAccess(ApiAccess access) {
    this.access = access;
  }

  @Override
  public Optional<Tenant> caller(Optional<String> authorization) {
    Optional<Tenant> caller = access.caller(authorization);
    if (caller.isEmpty()) {
      String what = authorization.isEmpty() ? "missing" : "wrong";
      log.atInfo()
          .addMarker(RepeatLimit.FROM_STRANGERS)
          .log("an API call is refused with 401: its token is {}", what);
    }
    return caller;
  }

  @Override
  public Optional<Tenant> signedIn(String cookies) {
    return access.signedIn(cookies);
  }
}
