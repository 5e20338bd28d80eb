package io.gridfleet.lb.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient;
import java.net.URI;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class DemoLabTest {

  @Test
  void everyDeviceOfTheLabStartsASession() {
    Set<String> types = new HashSet<>();
    int devices = 0;
    try (DemoLab lab = DemoLab.start()) {
      JsonNode inventory = JsonClient.JSON.valueToTree(lab.inventory());
      for (JsonNode node : inventory) {
        JsonClient client = new JsonClient(URI.create(node.path("url").asText()));
        for (JsonNode device : node.path("devices")) {
          String udid = device.path("udid").asText();
          String asked = udid.isEmpty() ? "" : "'appium:udid':'" + udid + "'";
          assertThat(client.newSession(asked).join().status()).as(device.toString()).isEqualTo(200);
          types.add(device.path("attributes").path("device_type").asText());
          devices++;
        }
      }
    }
    assertThat(devices).isGreaterThanOrEqualTo(12);
    assertThat(types).contains("android", "ios", "tvos", "firetv", "roku", "browser");
  }
}
