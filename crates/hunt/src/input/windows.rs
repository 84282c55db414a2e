//! A Windows event as rules name its fields: the data of the event by name, beside what the system says of it.

use serde::ser::{SerializeMap as _, Serializer as _};
use serde_json::Value as Json;

/// An event as one JSON object. `json` is a record the way the `evtx` crate gives it: XML attributes in
/// `#attributes`, texts beside them in `#text`.
pub(super) fn event(json: &Json, guess_logs: bool) -> Vec<u8> {
    let event = &json["Event"];
    let mut fields = Vec::new();
    let log;
    if guess_logs {
        log = [
            ("product", Some("windows")),
            ("service", service(text(&event["System"]["Channel"]))),
            ("category", category(&event["System"])),
        ];
        for (name, value) in log {
            fields.extend(value.map(|value| (name.to_owned(), Json::from(value))));
        }
    }
    system(&event["System"], &mut fields);
    for part in ["EventData", "ProcessingErrorData"] {
        flatten("", &event[part], &mut fields);
    }
    if let Json::Object(users) = &event["UserData"] {
        // One element of the provider's own, with the data in it.
        for (name, user) in users.iter().filter(|(name, _)| *name != "#attributes") {
            match user {
                Json::Object(_) => flatten("", user, &mut fields),
                _ => flatten(name, user, &mut fields),
            }
        }
    }
    write(&fields)
}

/// Fields in the order they were found. A name may occur twice: both are values of it.
fn write(fields: &[(String, Json)]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut writer = serde_json::Serializer::new(&mut text);
    // JSON values with text keys, written to memory: nothing can fail.
    let _ = writer.serialize_map(Some(fields.len())).and_then(|mut map| {
        for (name, value) in fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    });
    text
}

fn system(system: &Json, fields: &mut Vec<(String, Json)>) {
    let Json::Object(members) = system else { return };
    for (name, value) in members {
        let prefix = format!("{name}_");
        match name.as_str() {
            // The one time of it all, under the name of its element.
            "TimeCreated" => push(name, &value["#attributes"]["SystemTime"], fields),
            "Security" => push("UserID", &value["#attributes"]["UserID"], fields),
            _ => {
                if let Json::Object(attributes) = &value["#attributes"] {
                    for (attribute, value) in attributes {
                        push(&format!("{prefix}{attribute}"), value, fields);
                    }
                }
                let own = value.get("#text").unwrap_or(value);
                if !own.is_object() {
                    push(name, own, fields);
                }
            }
        }
    }
}

/// The named values in `value`, whatever they stand in; names of what stands deeper are joined by dots.
fn flatten(name: &str, value: &Json, fields: &mut Vec<(String, Json)>) {
    let Json::Object(members) = value else {
        if !name.is_empty() {
            push(name, value, fields);
        }
        return;
    };
    for (member, value) in members.iter().filter(|(member, _)| *member != "#attributes") {
        match (name, member.as_str()) {
            (_, "#text") => flatten(name, value, fields),
            ("", _) => flatten(member, value, fields),
            _ => flatten(&format!("{name}.{member}"), value, fields),
        }
    }
}

/// An element without content says nothing.
fn push(name: &str, value: &Json, fields: &mut Vec<(String, Json)>) {
    if !value.is_null() {
        fields.push((name.to_owned(), value.clone()));
    }
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}

/// The service of Sigma's rules for a channel.
fn service(channel: &str) -> Option<&'static str> {
    let known = SERVICES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(channel));
    known.map(|(_, service)| *service)
}

/// The category of Sigma's rules for an event, if it is of one.
fn category(system: &Json) -> Option<&'static str> {
    let id = &system["EventID"];
    let id = id.get("#text").unwrap_or(id);
    let id = id.as_u64().or_else(|| id.as_str()?.parse().ok())?;
    let channel = text(&system["Channel"]);
    let known = CATEGORIES
        .iter()
        .find(|(service, known, _)| *known == id && Some(*service) == self::service(channel));
    known.map(|(.., category)| *category)
}

/// <https://sigmahq.io/docs/basics/log-sources.html>
const SERVICES: [(&str, &str); 38] = [
    ("Security", "security"),
    ("System", "system"),
    ("Application", "application"),
    ("Microsoft-Windows-Sysmon/Operational", "sysmon"),
    ("Microsoft-Windows-PowerShell/Operational", "powershell"),
    ("PowerShellCore/Operational", "powershell"),
    ("Windows PowerShell", "powershell-classic"),
    ("Microsoft-Windows-TaskScheduler/Operational", "taskscheduler"),
    ("Microsoft-Windows-WMI-Activity/Operational", "wmi"),
    ("Microsoft-Windows-Windows Defender/Operational", "windefend"),
    ("DNS Server", "dns-server"),
    ("Microsoft-Windows-DNSServer/Analytical", "dns-server-analytic"),
    ("Microsoft-Windows-DNSServer/Audit", "dns-server-audit"),
    ("Microsoft-Windows-DNS Client Events/Operational", "dns-client"),
    (
        "Microsoft-Windows-DriverFrameworks-UserMode/Operational",
        "driver-framework",
    ),
    ("Microsoft-Windows-NTLM/Operational", "ntlm"),
    ("Microsoft-Windows-DHCP-Server/Operational", "dhcp"),
    ("MSExchange Management", "msexchange-management"),
    ("Microsoft-Windows-AppLocker/EXE and DLL", "applocker"),
    ("Microsoft-Windows-AppLocker/MSI and Script", "applocker"),
    ("Microsoft-Windows-AppLocker/Packaged app-Deployment", "applocker"),
    ("Microsoft-Windows-AppLocker/Packaged app-Execution", "applocker"),
    (
        "Microsoft-Windows-CodeIntegrity/Operational",
        "codeintegrity-operational",
    ),
    ("Microsoft-Windows-Bits-Client/Operational", "bits-client"),
    (
        "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall",
        "firewall-as",
    ),
    (
        "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
        "terminalservices-localsessionmanager",
    ),
    ("Microsoft-Windows-SmbClient/Security", "smbclient-security"),
    (
        "Microsoft-Windows-SmbClient/Connectivity",
        "smbclient-connectivity",
    ),
    (
        "Microsoft-Windows-SMBServer/Connectivity",
        "smbserver-connectivity",
    ),
    ("Microsoft-Windows-PrintService/Admin", "printservice-admin"),
    (
        "Microsoft-Windows-PrintService/Operational",
        "printservice-operational",
    ),
    (
        "Microsoft-Windows-AppXDeploymentServer/Operational",
        "appxdeployment-server",
    ),
    ("Microsoft-Windows-AppModel-Runtime/Admin", "appmodel-runtime"),
    ("Microsoft-Windows-LDAP-Client/Debug", "ldap"),
    ("Microsoft-Windows-CAPI2/Operational", "capi2"),
    ("Microsoft-Windows-LSA/Operational", "lsa-server"),
    ("Microsoft-Windows-Shell-Core/Operational", "shell-core"),
    ("OpenSSH/Operational", "openssh"),
];

/// Service, number of the event, category.
const CATEGORIES: [(&str, u64, &str); 34] = [
    ("sysmon", 1, "process_creation"),
    ("sysmon", 2, "file_change"),
    ("sysmon", 3, "network_connection"),
    ("sysmon", 4, "sysmon_status"),
    ("sysmon", 5, "process_termination"),
    ("sysmon", 6, "driver_load"),
    ("sysmon", 7, "image_load"),
    ("sysmon", 8, "create_remote_thread"),
    ("sysmon", 9, "raw_access_thread"),
    ("sysmon", 10, "process_access"),
    ("sysmon", 11, "file_event"),
    ("sysmon", 12, "registry_event"),
    ("sysmon", 13, "registry_set"),
    ("sysmon", 14, "registry_event"),
    ("sysmon", 15, "create_stream_hash"),
    ("sysmon", 16, "sysmon_status"),
    ("sysmon", 17, "pipe_created"),
    ("sysmon", 18, "pipe_created"),
    ("sysmon", 19, "wmi_event"),
    ("sysmon", 20, "wmi_event"),
    ("sysmon", 21, "wmi_event"),
    ("sysmon", 22, "dns_query"),
    ("sysmon", 23, "file_delete"),
    ("sysmon", 24, "clipboard_capture"),
    ("sysmon", 25, "process_tampering"),
    ("sysmon", 26, "file_delete"),
    ("sysmon", 27, "file_block_executable"),
    ("sysmon", 29, "file_executable_detected"),
    ("sysmon", 255, "sysmon_error"),
    ("security", 4688, "process_creation"),
    ("powershell", 4103, "ps_module"),
    ("powershell", 4104, "ps_script"),
    ("powershell-classic", 400, "ps_classic_start"),
    ("powershell-classic", 600, "ps_classic_provider_start"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(record: &Json, guess_logs: bool, expected: &[(&str, Json)]) {
        let text = event(record, guess_logs);
        let found: Json = serde_json::from_slice(&text).expect("an object");
        let expected: Json = expected
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect::<serde_json::Map<_, _>>()
            .into();
        assert_eq!(found, expected);
    }

    #[test]
    fn fields_have_the_names_rules_use() {
        let record = json!({"Event": {
            "#attributes": {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"},
            "System": {
                "Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon", "Guid": "{57}"}},
                "EventID": 1, "Level": 4, "Keywords": "0x8000000000000000", "Correlation": null,
                "TimeCreated": {"#attributes": {"SystemTime": "2026-11-23T08:00:00.5Z"}},
                "Execution": {"#attributes": {"ProcessID": 4, "ThreadID": 32}},
                "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": "web-1",
                "Security": {"#attributes": {"UserID": "S-1-5-18"}},
            },
            "EventData": {"Image": "C:\\a\n.exe", "ProcessId": 77, "RuleName": "-", "Hashes": null},
        }});
        let mut expected = vec![
            ("Provider_Name", json!("Microsoft-Windows-Sysmon")),
            ("Provider_Guid", json!("{57}")),
            ("EventID", json!(1)),
            ("Level", json!(4)),
            ("Keywords", json!("0x8000000000000000")),
            ("TimeCreated", json!("2026-11-23T08:00:00.5Z")),
            ("Execution_ProcessID", json!(4)),
            ("Execution_ThreadID", json!(32)),
            ("Channel", json!("Microsoft-Windows-Sysmon/Operational")),
            ("Computer", json!("web-1")),
            ("UserID", json!("S-1-5-18")),
            ("Image", json!("C:\\a\n.exe")),
            ("ProcessId", json!(77)),
            ("RuleName", json!("-")),
        ];
        check(&record, false, &expected);
        assert!(!event(&record, false).contains(&b'\n'), "one line");
        expected.extend([
            ("product", json!("windows")),
            ("service", json!("sysmon")),
            ("category", json!("process_creation")),
        ]);
        check(&record, true, &expected);
    }

    #[test]
    fn unnamed_data_and_data_of_the_provider_are_found() {
        let record = json!({"Event": {
            "System": {
                "EventID": {"#attributes": {"Qualifiers": 32768}, "#text": 6009},
                "Channel": "security", "Security": null,
            },
            "EventData": {"Data": {"#text": ["10.00.", "15063"]}, "#attributes": {"Name": "x"}},
            "UserData": {"LogFileCleared": {
                "#attributes": {"xmlns": "x"}, "SubjectUserName": "eve", "Inner": {"Deep": 1},
            }},
        }});
        check(
            &record,
            true,
            &[
                ("product", json!("windows")),
                ("service", json!("security")),
                ("EventID_Qualifiers", json!(32768)),
                ("EventID", json!(6009)),
                ("Channel", json!("security")),
                ("Data", json!(["10.00.", "15063"])),
                ("SubjectUserName", json!("eve")),
                ("Inner.Deep", json!(1)),
            ],
        );
        check(&json!({"Event": {"EventData": null}}), false, &[]);
    }
}
