*** Settings ***
Documentation       AppiumLibrary drives a device of the fake driver through the front door.
Library             AppiumLibrary
Library             ${CURDIR}/lab.py

Test Teardown       Close All Applications


*** Test Cases ***
The Source Of An Application Is Read
    Open Phone    Fake One
    ${source}    Get Source
    Should Contain    ${source}    GridFleet shop

A Device Of Appium 4 Serves As Well
    Open Phone    Fake Four
    ${source}    Get Source
    Should Contain    ${source}    GridFleet shop


*** Keywords ***
Open Phone
    [Arguments]    ${model}
    ${app}    Fake App
    Open Application    %{GRID_URL}
    ...    platformName=Fake
    ...    automationName=Fake
    ...    deviceName=Fake
    ...    app=${app}
    ...    gridfleet:selector=model:"${model}"
