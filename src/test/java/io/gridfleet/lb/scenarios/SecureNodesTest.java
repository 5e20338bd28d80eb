package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.BidiConnection;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeOperation;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Nodes behind TLS: commands, sockets, probes and clean-up trust the same certificates. */
@ExtendWith(LeakCheck.class)
final class SecureNodesTest {
  private static final Map<String, Object> QUICK_PROBES =
      Map.of("interval", "100ms", "timeout", "100ms", "downAfter", 1, "maxInterval", "1s");

  @TempDir private static Path files;
  private static X509Bundle authority;

  @RegisterExtension final Lab lab = new Lab();

  @BeforeAll
  static void anAuthorityOfTheLab() throws Exception {
    authority =
        new CertificateBuilder()
            .subject("CN=authority of the lab")
            .setIsCertificateAuthority(true)
            .ecp256()
            .buildSelfSigned();
    Files.writeString(files.resolve("authority.pem"), authority.getCertificatePEM());
  }

  private static SslContext certificate(UnaryOperator<CertificateBuilder> names) throws Exception {
    CertificateBuilder builder = new CertificateBuilder().subject("CN=node").ecp256();
    X509Bundle own = names.apply(builder).buildIssuedBy(authority);
    return SslContextBuilder.forServer(own.toKeyManagerFactory()).build();
  }

  private static SslContext certificate() throws Exception {
    return certificate(names -> names.addSanIpAddress("127.0.0.1"));
  }

  private void start(SimulatedFleet fleet, List<Path> trust) {
    List<String> paths = trust.stream().map(Path::toString).toList();
    lab.start(fleet, Map.of("nodeTls", Map.of("trust", paths), "probe", QUICK_PROBES));
  }

  private void startTrusting(SimulatedFleet fleet) {
    start(fleet, List.of(files.resolve("authority.pem")));
  }

  @Test
  void aSessionItsCommandsAndItsSocketGoThroughTls() throws Exception {
    startTrusting(SimulatedFleet.secure(1, certificate()));
    Answered created = lab.newSession("'webSocketUrl':true").answered();
    assertThat(created.status()).as(created.text()).isEqualTo(200);
    assertThat(lab.command(created.sessionId()).status()).isEqualTo(200);
    String url = created.value().at("/capabilities/webSocketUrl").asText();
    assertThat(url).startsWith("ws://lab:4444/");
    String here = url.replace("lab:4444", "127.0.0.1:" + lab.port());
    try (BidiConnection socket = BidiConnection.to(here)) {
      socket.send("{'id':1,'method':'sim.echo','params':{'x':'over TLS'}}");
      assertThat(socket.read().toString()).contains("over TLS");
    }
    lab.delete(created.sessionId());
    assertThat(lab.fleet().liveSessions()).isEmpty();
  }

  @Test
  void whatAnAttemptLeftIsFoundAndDeletedOverTls() throws Exception {
    startTrusting(SimulatedFleet.secure(2, certificate()));
    lab.node(1).faults().next(1, NodeOperation.NEW_SESSION, new Fault.DropAfterWork());
    lab.session("");
    Lab.until("deleted", () -> lab.node(1).liveSessions().isEmpty());
  }

  @Test
  void anUntrustedNodeIsOfflineAndGetsNothing() throws Exception {
    start(SimulatedFleet.secure(1, certificate()), List.of());
    isRefused();
  }

  @Test
  void aCertificateForAnotherNameIsRefused() throws Exception {
    startTrusting(
        SimulatedFleet.secure(1, certificate(names -> names.addSanDnsName("mini-2.lab"))));
    isRefused();
  }

  private void isRefused() throws IOException {
    Lab.until(
        "offline",
        () ->
            lab.server().distributor().states().stream()
                .allMatch(device -> device.state().equals("offline")));
    Answered answered = lab.newSession("'appium:udid':'phone-1-1'").answered();
    assertThat(answered.status()).isEqualTo(500);
    assertThat(answered.message()).contains("certificate");
    assertThat(lab.node(1).history().creations()).isEmpty();
  }
}
