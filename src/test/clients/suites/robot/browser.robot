*** Settings ***
Documentation       SeleniumLibrary drives Chromium through the front door.
Library             OperatingSystem
Library             SeleniumLibrary    timeout=20s
Library             ${CURDIR}/lab.py

Test Teardown       Close All Browsers


*** Test Cases ***
A Form Is Filled In
    Open Chromium    Chromium
    ${address}    Page    till    <input id=amount>
    Go To    ${address}
    Title Should Be    till
    Input Text    id:amount    12
    Textfield Value Should Be    id:amount    12
    ${answer}    Execute Javascript    return 6 * 7
    Should Be Equal As Integers    ${answer}    42

A File Of The Client Is Uploaded To A Driver
    Upload A File    Chromium

A File Of The Client Is Uploaded To A Selenium Grid
    Upload A File    Selenium Grid

Two Browsers At Once Keep Their Own Pages
    FOR    ${title}    IN    first    second
        Open Chromium    Chromium    ${title}
        ${address}    Page    ${title}
        Go To    ${address}
    END
    Switch Browser    first
    Title Should Be    first
    Switch Browser    second
    Title Should Be    second


*** Keywords ***
Open Chromium
    [Arguments]    ${model}    ${alias}=${None}
    ${url}    Get Variable Value    ${GRID_URL}    %{GRID_URL}
    ${options}    Chromium Options    ${model}
    Open Browser    about:blank    chrome    alias=${alias}    remote_url=${url}    options=${options}

Upload A File
    [Arguments]    ${model}
    Open Chromium    ${model}
    Create File    ${TEMPDIR}/gridfleet-upload.txt    twelve bytes
    ${address}    Page    till    <input type=file id=paper>
    Go To    ${address}
    Choose File    id:paper    ${TEMPDIR}/gridfleet-upload.txt
    ${size}    Execute Javascript    return document.getElementById('paper').files[0].size
    Should Be Equal As Integers    ${size}    12
