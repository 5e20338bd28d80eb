package io.gridfleet.lb.api;

import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.ApiCaller;
import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.api.http.ApiRequest;
import io.gridfleet.lb.api.http.QueryParameters;
import io.gridfleet.lb.api.run.RunErrors;
import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.auth.Access;
import io.gridfleet.lb.auth.Reach;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.OperatorLockException;
import io.gridfleet.lb.run.RunException;
import io.gridfleet.lb.store.StoreException;
import io.gridfleet.lb.store.StoreFaultException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP API behind the transport: finds the operation of a request and runs it. The stages never
 * fail; errors become answers (rest.md#errors).
 */
public final class Api {
  private static final Logger LOG = LoggerFactory.getLogger(Api.class);

  /** GridFleet answers 504 after this; its clients wait 10 s, for POST /runs 30 s. */
  private static final long TIMEOUT_SECONDS = 30;

  /** Request ids are echoed into headers and logs; others are replaced. */
  private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private static final Set<String> READING = Set.of("GET", "HEAD");
  private static final String UI_HEADER = "x-gridfleet-ui";

  private final OperationTable table;
  private final ApiAccess access;
  private final Executor executor;

  /** Runs operations on the calling threads. */
  public Api(ApiRoutes routes, ApiAccess access) {
    this(routes, access, Runnable::run);
  }

  /**
   * @param executor runs the operations: serialising 10 000 devices takes too long for an event
   *     loop
   */
  public Api(ApiRoutes routes, ApiAccess access, Executor executor) {
    this.table = new OperationTable(routes.operations());
    this.access = access;
    this.executor = executor;
  }

  /** Returns whether the API serves a path: below {@code /api} or {@code /health}. */
  public static boolean owns(String path) {
    return path.equals("/api")
        || path.startsWith("/api/")
        || path.equals("/health/live")
        || path.equals("/health/ready");
  }

  public CompletionStage<ApiAnswer> handle(ApiRequest request) {
    return handle(request, () -> false);
  }

  /**
   * @param clientGone checked when the executor starts the request: it isn't run if the client has
   *     disconnected
   */
  public CompletionStage<ApiAnswer> handle(ApiRequest request, BooleanSupplier clientGone) {
    String id = id(request);
    return submit(request, clientGone)
        .thenCompose(answer -> answer)
        .orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .exceptionally(failure -> refusal(request, failure, id))
        .thenApply(answer -> ApiAnswers.withHeader(answer, "X-Request-ID", id));
  }

  /**
   * Returns the refusal that follows from the head alone (401, 403, 404, 405), so that the body
   * needn't be read. Doesn't block.
   */
  public Optional<ApiAnswer> refusal(ApiRequest head) {
    String id = id(head);
    Optional<ApiAnswer> refusal;
    try {
      OperationTable.Found found = table.find(head.method(), head.path());
      refusal = unmatched(head, found);
      found.target().ifPresent(target -> caller(head, target));
    } catch (ApiError refused) {
      refusal = Optional.of(ApiAnswers.error(refused, id));
    }
    return refusal.map(answer -> ApiAnswers.withHeader(answer, "X-Request-ID", id));
  }

  private static String id(ApiRequest request) {
    return request
        .header("x-request-id")
        .filter(given -> REQUEST_ID.matcher(given).matches())
        .orElseGet(() -> UUID.randomUUID().toString());
  }

  private CompletableFuture<CompletionStage<ApiAnswer>> submit(
      ApiRequest request, BooleanSupplier clientGone) {
    try {
      return CompletableFuture.supplyAsync(
          () -> {
            if (clientGone.getAsBoolean()) {
              throw new CancellationException("the client has disconnected");
            }
            return serve(request);
          },
          executor);
    } catch (RejectedExecutionException full) {
      return CompletableFuture.failedFuture(tooMany());
    }
  }

  private static ApiError tooMany() {
    return ApiError.of(503, "Too many requests wait; try again").withHeader("Retry-After", "1");
  }

  private CompletionStage<ApiAnswer> serve(ApiRequest request) {
    OperationTable.Found found = table.find(request.method(), request.path());
    Optional<ApiAnswer> lost = unmatched(request, found);
    if (lost.isPresent()) {
      return CompletableFuture.completedStage(lost.get());
    }
    OperationTable.Target target = found.target().orElseThrow();
    ApiCall call =
        new ApiCall(
            request, found.names(), new QueryParameters(request.query()), caller(request, target));
    return target.operation().handler().handle(call);
  }

  /**
   * Returns 404 or 405 if no operation matches. The allowed methods are disclosed to authenticated
   * callers only.
   */
  private Optional<ApiAnswer> unmatched(ApiRequest request, OperationTable.Found found) {
    if (found.allowed().isEmpty()) {
      return Optional.of(ApiAnswers.bare(404, "Not Found", Map.of()));
    }
    if (found.target().isEmpty()) {
      tenant(request);
      Map<String, String> allow = Map.of("Allow", String.join(", ", found.allowed()));
      return Optional.of(ApiAnswers.bare(405, "Method Not Allowed", allow));
    }
    return Optional.empty();
  }

  private ApiCaller caller(ApiRequest request, OperationTable.Target target) {
    Tenant tenant = target.access().equals(Access.OPEN) ? Tenant.anonymous() : tenant(request);
    Reach reach = target.access().of(tenant.role());
    if (reach == Reach.NONE) {
      throw ApiError.of(403, "The role %s may not do this".formatted(role(tenant)));
    }
    return new ApiCaller(tenant, reach);
  }

  private static String role(Tenant tenant) {
    return tenant.role().name().toLowerCase(Locale.ROOT);
  }

  /** A cookie is sent by browsers without asking: what it changes needs a header that isn't. */
  private Tenant tenant(ApiRequest request) {
    Optional<Tenant> signedIn =
        request.header("authorization").isPresent()
            ? Optional.empty()
            : request.header("cookie").flatMap(access::signedIn);
    if (signedIn.isPresent()) {
      if (!READING.contains(request.method()) && request.header(UI_HEADER).isEmpty()) {
        throw ApiError.of(403, "A change by a signed-in browser needs the header X-GridFleet-UI");
      }
      return signedIn.get();
    }
    return access
        .caller(request.header("authorization"))
        .orElseThrow(() -> ApiError.of(401, "Authentication required"));
  }

  private static ApiAnswer refusal(ApiRequest request, Throwable failure, String id) {
    Throwable cause = Failures.cause(failure);
    if (cause instanceof ApiError error) {
      return ApiAnswers.error(error, id);
    }
    if (cause instanceof RunException refused) {
      return ApiAnswers.error(RunErrors.of(refused), id);
    }
    if (cause instanceof OperatorLockException refused) {
      return ApiAnswers.error(ApiError.of(409, String.valueOf(refused.getMessage())), id);
    }
    if (cause instanceof CancellationException) {
      return ApiAnswers.empty();
    }
    if (cause instanceof RejectedExecutionException) {
      return ApiAnswers.error(tooMany(), id);
    }
    if (cause instanceof TimeoutException) {
      return ApiAnswers.error(ApiError.of(504, "The request took too long"), id);
    }
    if (cause instanceof StoreException && !(cause instanceof StoreFaultException)) {
      return ApiAnswers.error(ApiError.of(503, String.valueOf(cause.getMessage())), id);
    }
    LOG.error("{} {} failed, request {}", request.method(), request.path(), id, cause);
    return ApiAnswers.error(ApiError.of(500, "Internal server error"), id);
  }
}
