package io.gridfleet.lb.newsession.capabilities;

import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.newsession.Refusals;
import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.selector.SelectorCache;
import io.gridfleet.lb.selector.SelectorException;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads which devices a request asks for: one question for each {@code firstMatch} candidate, from
 * its selector, its {@code udid} and its other capabilities. Thread-safe.
 */
final class QuestionReader {
  /** The question of a candidate that names a device which doesn't exist. */
  private static final Question NOBODY =
      new Question(
          Selector.parse("-id:*"), Selector.everything(), Optional.empty(), Optional.empty());

  private final Inventory inventory;
  private final SelectorCache selectors;

  QuestionReader(Inventory inventory, SelectorCache selectors) {
    this.inventory = inventory;
    this.selectors = selectors;
  }

  /**
   * @throws ProtocolException if a selector is invalid, or no candidate can ever be met
   */
  List<Question> read(
      List<Capabilities> candidates,
      GridfleetCapabilities ours,
      Tenant tenant,
      Optional<String> run) {
    List<Question> questions = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    Object shared = ours.value("selector");
    for (Capabilities candidate : candidates) {
      Object own = GridfleetCapabilities.valueIn(candidate, "selector");
      Object selector = own != null ? own : shared;
      Optional<String> name =
          GridfleetCapabilities.appiumIn(candidate, "udid").map(Object::toString);
      Optional<String> udid = name.filter(text -> !text.isBlank());
      boolean selected = selector != null || udid.isPresent() || run.isPresent();
      Selector narrowed = Narrowing.of(candidate, inventory.keys()::contains, selected);
      Question question = question(narrowed, selector, udid, tenant);
      if (question == null) {
        unknown.add(name.orElse(""));
        question = NOBODY;
      }
      questions.add(new Question(question.selector(), tenant.devices(), run, question.named()));
    }
    checkWork(questions);
    if (unknown.size() == candidates.size()) {
      throw new ProtocolException(
          WebDriverError.of(
              ErrorCode.SESSION_NOT_CREATED,
              Refusals.NO_MATCH
                  + ": no device is called "
                  + Refusals.shown(String.join(" or ", unknown))));
    }
    return questions;
  }

  private static void checkWork(List<Question> questions) {
    int work = questions.stream().map(Question::selector).distinct().mapToInt(Selector::work).sum();
    if (work > Selector.MAX_WORK) {
      throw ProtocolException.invalidArgument(
          "The selectors of all 'firstMatch' entries together ask too much of each device (%d of %d)"
                  .formatted(work, Selector.MAX_WORK)
              + ": use fewer entries, or fewer wildcards and regular expressions");
    }
  }

  private @Nullable Question question(
      Selector narrowed, @Nullable Object selector, Optional<String> udid, Tenant tenant) {
    if (udid.isEmpty()) {
      Selector asked = compiled(selector).and(narrowed);
      return new Question(asked, Selector.everything(), Optional.empty(), Optional.empty());
    }
    Optional<Device> named =
        inventory.named(udid.get()).filter(device -> tenant.devices().matches(device.configured()));
    if (named.isPresent()) {
      return new Question(narrowed, Selector.everything(), Optional.empty(), named.map(Device::id));
    }
    Selector asked = selectorOrNobody(udid.get());
    return asked == null
        ? null
        : new Question(
            asked.and(narrowed), Selector.everything(), Optional.empty(), Optional.empty());
  }

  /** Returns the selector in a {@code udid} that names no device; null if it isn't a selector. */
  private @Nullable Selector selectorOrNobody(String udid) {
    Set<String> keys = inventory.keys();
    try {
      Selector read = Selector.ofUdid(udid, name -> false, keys);
      return read.equals(Selector.named(udid)) ? null : read;
    } catch (SelectorException wrong) {
      throw ProtocolException.invalidArgument(wrong.text());
    }
  }

  private Selector compiled(@Nullable Object selector) {
    try {
      return selectors.get(selector);
    } catch (SelectorException wrong) {
      throw ProtocolException.invalidArgument(wrong.text());
    }
  }
}
