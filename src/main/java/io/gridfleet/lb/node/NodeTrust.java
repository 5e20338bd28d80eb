package io.gridfleet.lb.node;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The trusted authorities for certificates of nodes: Java's own and the lab's. Used by all TLS
 * connections to nodes: commands, probes and clean-up. Java's certificates are read on first use,
 * because reading them would delay the start of the program. Any thread.
 */
public final class NodeTrust {
  private final List<Path> authorities;
  private @Nullable X509TrustManager manager;

  /**
   * @param authorities files with PEM certificates
   */
  public NodeTrust(List<Path> authorities) {
    this.authorities = List.copyOf(authorities);
  }

  /** Returns the trust in Java's own authorities. */
  public static NodeTrust ofJava() {
    return new NodeTrust(List.of());
  }

  /** Whether there are authorities beside Java's own. */
  boolean addsToJava() {
    return !authorities.isEmpty();
  }

  synchronized X509TrustManager manager() {
    if (manager == null) {
      manager = authorities.isEmpty() ? trusting(null) : trusting(withJavas());
    }
    return manager;
  }

  /** Returns a context of Java's own TLS that trusts them. */
  SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {manager()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has TLS", e);
    }
  }

  private KeyStore withJavas() {
    try {
      KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
      all.load(null, null);
      int number = 0;
      for (X509Certificate known : trusting(null).getAcceptedIssuers()) {
        all.setCertificateEntry("java-" + number++, known);
      }
      for (Path file : authorities) {
        for (Certificate own : certificates(file)) {
          all.setCertificateEntry("lab-" + number++, own);
        }
      }
      return all;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("certificates can't be put together", e);
    }
  }

  /** Returns a manager for these authorities; null stands for Java's own. */
  private static X509TrustManager trusting(@Nullable KeyStore authorities) {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(authorities);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager found) {
          return found;
        }
      }
      throw new IllegalStateException("this Java checks no X.509 certificates");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java's own certificates can't be read", e);
    }
  }

  /**
   * Returns the certificates in a file.
   *
   * @throws IllegalArgumentException with a message that says why there are none
   */
  static Collection<? extends Certificate> certificates(Path file) {
    try (InputStream bytes = Files.newInputStream(file)) {
      return Optional.of(CertificateFactory.getInstance("X.509").generateCertificates(bytes))
          .filter(found -> !found.isEmpty())
          .orElseThrow(
              () -> new IllegalArgumentException("names a file without certificates: " + file));
    } catch (CertificateException e) {
      throw new IllegalArgumentException("names a file that holds no certificates: " + file, e);
    } catch (IOException e) {
      throw new IllegalArgumentException("names a file that can't be read: " + file, e);
    }
  }
}
