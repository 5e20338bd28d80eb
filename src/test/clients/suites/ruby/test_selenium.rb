# frozen_string_literal: true

require 'minitest/autorun'
require 'selenium-webdriver'
require 'tempfile'
require 'uri'

# Ruby's client drives Chromium through the front door.
class TestSelenium < Minitest::Test
  ARGUMENTS = %w[
    --headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run
    --disable-background-networking --disable-component-update --disable-sync
  ].freeze

  def start(model)
    options = Selenium::WebDriver::Chrome::Options.new(
      args: ARGUMENTS, binary: ENV.fetch('GRIDFLEET_CHROMIUM')
    )
    options.add_option('gridfleet:selector', "browserName:chrome model:\"#{model}\"")
    driver = Selenium::WebDriver.for(:remote, url: ENV.fetch('GRID_URL'), capabilities: options)
    yield driver
  ensure
    driver&.quit
  end

  def page(title, body = '')
    "data:text/html,#{URI.encode_www_form_component("<title>#{title}</title>#{body}").gsub('+', '%20')}"
  end

  def test_a_form_is_filled_in
    start('Chromium') do |driver|
      driver.get(page('till', '<input id=amount>'))
      assert_equal 'till', driver.title
      amount = driver.find_element(id: 'amount')
      amount.send_keys('12')
      assert_equal '12', amount.attribute('value')
      assert_equal 42, driver.execute_script('return 6 * 7')
      assert driver.screenshot_as(:png).start_with?("\x89PNG".b)
    end
  end

  %w[Chromium Selenium\ Grid].each do |model|
    define_method("test_a_file_is_uploaded_to_#{model.downcase.tr(' ', '_')}") do
      upload(model)
    end
  end

  def upload(model)
    Tempfile.create('upload') do |file|
      file.write('twelve bytes')
      file.flush
      start(model) do |driver|
        driver.file_detector = ->(paths) { paths.first }
        driver.get(page('till', '<input type=file id=paper>'))
        driver.find_element(id: 'paper').send_keys(file.path)
        assert_equal 12, driver.execute_script("return document.getElementById('paper').files[0].size")
      end
    end
  end

  def test_a_session_that_was_quit_is_an_invalid_session
    driver = start('Chromium') { |started| started }
    assert_raises(Selenium::WebDriver::Error::WebDriverError) { driver.title }
  end
end
