package io.gridfleet.lb.selector;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class AttributeTablesTest {
  /** Ids fill the table of values, so that it may evict a shared one and create it again. */
  private static final int MAX_COPIES = 5;

  private final AttributeTables tables = new AttributeTables();

  /** Equal, but of other instances each time, as they are read from an inventory. */
  private static Map<String, Object> device(String udid) {
    return Map.of(
        new String("model"),
        new String("Pixel 8"),
        "ram_mb",
        Integer.valueOf("8192"),
        "tags",
        List.of(new String("smoke"), new String("5g")),
        "udid",
        udid);
  }

  @Test
  void devicesOfOneInventoryShareEqualKeysAndValues() {
    Attributes one = Attributes.of(device("p1"), tables);
    Attributes other = Attributes.of(device("p2"), tables);
    assertThat(one.keys()).contains("model", "ram_mb", "tags").isSameAs(other.keys());
    for (String key : List.of("model", "ram_mb", "tags")) {
      assertThat(one.find(key)).as(key).isNotNull().isSameAs(other.find(key));
    }
    assertThat(one.find("udid")).isNotSameAs(other.find("udid"));
  }

  @Test
  void devicesOfTwoInventoriesShareNothing() {
    Attributes one = Attributes.of(device("p1"), tables);
    Attributes other = Attributes.of(device("p1"), new AttributeTables());
    assertThat(one.keys()).isEqualTo(other.keys()).isNotSameAs(other.keys());
    for (String key : List.of("model", "ram_mb", "tags", "udid")) {
      assertThat(one.find(key)).as(key).isNotNull().isNotSameAs(other.find(key));
    }
  }

  @Test
  void aLabWithMoreIdsThanTheTablesHoldStillSharesItsModels() {
    List<Attributes> devices =
        IntStream.range(0, 50_000).mapToObj(i -> Attributes.of(device("p" + i), tables)).toList();
    for (String key : List.of("model", "ram_mb", "tags")) {
      assertThat(distinct(devices, key)).as(key).isLessThanOrEqualTo(MAX_COPIES);
    }
    assertThat(devices.stream().allMatch(device -> device.keys() == devices.get(0).keys()))
        .isTrue();
  }

  private static int distinct(List<Attributes> devices, String key) {
    return devices.stream()
        .map(device -> System.identityHashCode(device.find(key)))
        .collect(Collectors.toSet())
        .size();
  }

  @Test
  void noCacheOfTheSelectorPackageIsStatic() {
    assertThat(
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("io.gridfleet.lb.selector")
                    .stream()
                    .flatMap(type -> type.getFields().stream())
                    .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
                    .filter(field -> field.getRawType().getName().contains(".caffeine."))
                    .map(JavaField::getFullName))
        .isEmpty();
  }
}
