package io.gridfleet.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.JsonClient.Reply;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.lab.TcpLink;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeOperation;
import io.gridfleet.lb.store.StoreAddress;
import io.gridfleet.lb.store.StoreKind;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a client has read is stored, even if the process dies: the store is slow, and at the time of
 * the answer the process is killed and what was on its way to the store is lost.
 */
@Execution(ExecutionMode.CONCURRENT)
final class DurableAnswersIT {
  private static final Duration ONE_WAY = Duration.ofMillis(60);

  private static final String ANDROID =
      "'platformName':'Android','gridfleet:waitForDeviceOnlineTimeout':20";

  private static final String RUN =
      """
      {"name":"nightly","requirements":[{"pack_id":"appium-uiautomator2",\
      "platform_id":"android_mobile","count":1}]}""";

  private static final String LIVE = "FROM sessions WHERE ended IS NULL";

  private SimulatedFleet fleet;
  private TcpLink link;
  private StoreRows rows;
  private ReplicaProcess server;
  private JsonClient client;

  @BeforeEach
  void start() throws Exception {
    fleet = SimulatedFleet.of(2, 1);
    StoreAddress.Postgres address = (StoreAddress.Postgres) StoreKind.POSTGRESQL.migratedDatabase();
    rows = new StoreRows(address);
    link = new TcpLink(address.hosts());
    StoreAddress.Postgres slow =
        new StoreAddress.Postgres(
            address.user(), link.hostAndPort(), address.database(), address.options());
    server = ReplicaProcess.of("durable", ClusterConfig.of(slow.toString(), fleet));
    server.startAndAwaitReady();
    client = server.client();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    link.close();
    fleet.close();
  }

  /** A fact that a client reads, and the rows that must say the same. */
  private enum Fact {
    SESSION_CREATED(1, LIVE) {
      @Override
      Reply become(DurableAnswersIT test) {
        return test.session(Map.of());
      }
    },
    SESSION_DELETED(0, "FROM device_locks WHERE holder IS NOT NULL") {
      @Override
      Reply become(DurableAnswersIT test) {
        return test.client.delete("/session/" + test.before);
      }

      @Override
      String prepare(DurableAnswersIT test) {
        return test.session(Map.of()).sessionId();
      }
    },
    DEVICE_AVOIDED(1, "FROM avoided_devices") {
      @Override
      Reply become(DurableAnswersIT test) {
        test.nextAttemptFails();
        return test.session(Map.of());
      }
    },
    DEVICE_AVOIDED_WITHOUT_RETRY(1, "FROM avoided_devices") {
      @Override
      Reply become(DurableAnswersIT test) {
        test.nextAttemptFails();
        Reply refused =
            test.client.newSession(ANDROID + ",'gridfleet:retryNewSessionFailure':false").join();
        assertThat(refused.status()).isEqualTo(500);
        return new Reply(200, refused.body(), refused.text(), refused.headers());
      }
    },
    ANSWER_OF_A_KEY(1, "FROM idempotency_records") {
      @Override
      Reply become(DurableAnswersIT test) {
        return test.session(Map.of("X-Idempotency-Key", "once"));
      }
    },
    RUN_RESERVED(1, "FROM reserved_devices") {
      @Override
      Reply become(DurableAnswersIT test) {
        return test.client.post("/api/runs", RUN);
      }
    },
    RUN_COMPLETED(1, "FROM runs WHERE state = 'COMPLETED'") {
      @Override
      String prepare(DurableAnswersIT test) {
        return test.run();
      }

      @Override
      Reply become(DurableAnswersIT test) {
        return test.client.post("/api/runs/" + test.before + "/complete", "");
      }
    },
    RUN_CANCELLED(0, "FROM reserved_devices") {
      @Override
      String prepare(DurableAnswersIT test) {
        return test.run();
      }

      @Override
      Reply become(DurableAnswersIT test) {
        return test.client.post("/api/runs/" + test.before + "/cancel", "");
      }
    },
    COOLDOWN(1, "FROM runs WHERE body LIKE '%overheats%'") {
      @Override
      String prepare(DurableAnswersIT test) {
        return test.run();
      }

      @Override
      Reply become(DurableAnswersIT test) {
        String device =
            test.client
                .get("/api/runs/" + test.before)
                .body()
                .findValue("devices")
                .get(0)
                .path("device_id")
                .asText();
        return test.client.post(
            "/api/runs/" + test.before + "/devices/" + device + "/cooldown",
            "{\"reason\":\"overheats\",\"ttl_seconds\":60}");
      }
    },
    MAINTENANCE(1, "FROM device_overrides WHERE maintenance = 'new battery'") {
      @Override
      Reply become(DurableAnswersIT test) {
        return test.ofDevice("POST", "/maintenance", "{\"reason\":\"new battery\"}");
      }
    },
    LOCKED(1, "FROM device_locks WHERE kind = 'OPERATOR'") {
      @Override
      Reply become(DurableAnswersIT test) {
        return test.ofDevice("POST", "/lock", "{}");
      }
    },
    UNLOCKED(0, "FROM device_locks WHERE holder IS NOT NULL") {
      @Override
      String prepare(DurableAnswersIT test) {
        return test.ofDevice("POST", "/lock", "{}").text();
      }

      @Override
      Reply become(DurableAnswersIT test) {
        return test.ofDevice("POST", "/unlock", "{}");
      }
    },
    TAGS(1, "FROM device_overrides WHERE tags LIKE '%b2%'") {
      @Override
      Reply become(DurableAnswersIT test) {
        return test.ofDevice("PATCH", "", "{\"tags\":{\"bench\":\"b2\"}}");
      }
    },
    TEST_DATA(1, "FROM device_overrides WHERE test_data LIKE '%sim-7%'") {
      @Override
      Reply become(DurableAnswersIT test) {
        return test.ofDevice("PUT", "/test_data", "{\"sim\":\"sim-7\"}");
      }
    },
    SESSION_STATUS(1, "FROM test_reports") {
      @Override
      String prepare(DurableAnswersIT test) {
        return test.session(Map.of()).sessionId();
      }

      @Override
      Reply become(DurableAnswersIT test) {
        return test.client
            .send(
                "PATCH",
                "/api/sessions/" + test.before + "/status",
                "{\"status\":\"passed\"}",
                Map.of())
            .join();
      }
    };

    private final int count;
    private final String from;

    Fact(int count, String from) {
      this.count = count;
      this.from = from;
    }

    /** The state before, while the store was fast: an id, if there is one. */
    String prepare(DurableAnswersIT test) {
      return "";
    }

    abstract Reply become(DurableAnswersIT test);
  }

  private String before = "";

  private Reply session(Map<String, String> headers) {
    Reply reply = client.newSession(ANDROID, headers).join();
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply;
  }

  private void nextAttemptFails() {
    fleet
        .nodes()
        .get(0)
        .faults()
        .next(
            1,
            NodeOperation.NEW_SESSION,
            Fault.sessionNotCreated("xcodebuild failed with code 65"));
  }

  private String run() {
    return client.post("/api/runs", RUN).body().path("id").asText();
  }

  private Reply ofDevice(String method, String rest, String body) {
    String device = client.get("/api/devices").body().findValue("id").asText();
    return client.send(method, "/api/devices/" + device + rest, body, Map.of()).join();
  }

  @ParameterizedTest
  @EnumSource
  void whatWasReadSurvivesAKillInThatMoment(Fact fact) throws Exception {
    before = fact.prepare(this);
    link.latency(ONE_WAY);

    Reply read = fact.become(this);
    link.cut();
    server.kill();

    assertThat(read.status()).as(read.text()).isBetween(200, 201);
    assertThat(rows.count(fact.from)).as(fact.from).isEqualTo(fact.count);
  }
}
