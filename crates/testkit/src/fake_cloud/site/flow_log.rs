//! One request as the WAF 3.0 flow log writes it.
//! See <https://www.alibabacloud.com/help/en/waf/web-application-firewall-3-0/user-guide/fields-in-waf-logs>.

use super::{Decision, Visit};
use crate::fake_cloud::{
    FakeCloudConfig,
    sls::message::{Log, LogGroup},
    waf::Action,
};
use model::Time;

/// Longest text of a field; the vendor cuts too.
const MOST_BYTES: usize = 4_096;

/// The log group of one request.
pub(super) fn group(visit: &Visit, decision: &Decision, config: &FakeCloudConfig, at: Time) -> LogGroup {
    let mut fields = request_fields(visit, config, at);
    fields.extend(response_fields(decision));
    fields.extend(decision_fields(decision));
    let fields = fields.into_iter().map(|(name, mut value)| {
        value.truncate(MOST_BYTES);
        (name, value)
    });
    LogGroup {
        logs: vec![Log::new(at, fields)],
        topic: Some("waf_access_log".to_owned()),
        source: Some("waf_access_log".to_owned()),
        tags: Vec::new(),
    }
}

type Fields = Vec<(&'static str, Vec<u8>)>;

fn request_fields(visit: &Visit, config: &FakeCloudConfig, at: Time) -> Fields {
    let text = |value: &str| or_dash(value).as_bytes().to_vec();
    let mut fields: Fields = vec![
        ("user_id", text(&config.account_id)),
        ("region", text("cn")),
        ("time", text(&beijing(at))),
        ("real_client_ip", text(&visit.client.to_string())),
        ("remote_addr", text(&visit.peer.ip().to_string())),
        ("remote_port", text(&visit.peer.port().to_string())),
        ("host", text(&visit.host)),
        ("matched_host", text(&visit.object)),
        ("https", text("off")),
        ("server_protocol", text("HTTP/1.1")),
        ("request_method", text(&visit.method)),
        ("request_path", text(&visit.path)),
        ("querystring", text(&visit.query)),
        ("request_length", text(&visit.length.to_string())),
        ("request_traceid", text(&visit.trace_id)),
        ("content_type", text(&visit.header("content-type"))),
        ("http_user_agent", text(&visit.header("user-agent"))),
        ("http_referer", text(&visit.header("referer"))),
        ("http_cookie", text(&visit.header("cookie"))),
        ("http_x_forwarded_for", text(&visit.header("x-forwarded-for"))),
    ];
    if !visit.body.is_empty() {
        fields.push(("request_body", visit.body.to_vec()));
    }
    fields
}

fn response_fields(decision: &Decision) -> Fields {
    let status = decision.page.status.as_u16().to_string();
    // A refused request never reached the site behind the firewall.
    let upstream = if decision.refused() { "-" } else { &status };
    let upstream_addr = if decision.refused() {
        "-"
    } else {
        "192.0.2.80:8080"
    };
    vec![
        ("status", status.clone().into_bytes()),
        (
            "body_bytes_sent",
            decision.page.html.len().to_string().into_bytes(),
        ),
        ("request_time_msec", decision.millis.to_string().into_bytes()),
        ("upstream_status", upstream.as_bytes().to_vec()),
        ("upstream_addr", upstream_addr.as_bytes().to_vec()),
        (
            "upstream_response_time",
            if decision.refused() { "-" } else { "0.001" }.into(),
        ),
    ]
}

/// The groups of the modules that had something to say, and the final action where there was one.
fn decision_fields(decision: &Decision) -> Fields {
    let mut fields = Fields::new();
    if let Some(hit) = decision.acl {
        let watched = hit.action == Action::Monitor;
        fields.extend([
            ("acl_action", b"block".to_vec()),
            ("acl_rule_id", hit.rule.to_string().into_bytes()),
            ("acl_rule_type", b"custom".to_vec()),
            ("acl_test", watched.to_string().into_bytes()),
        ]);
        if !watched {
            fields.extend(final_fields("acl", &hit.rule.to_string(), "custom"));
        }
    }
    if let Some(finding) = decision.finding {
        let rule = finding.rule.to_string();
        let names = match finding.plugin {
            "antiscan" => [
                "antiscan_action",
                "antiscan_rule_id",
                "antiscan_rule_type",
                "antiscan_test",
            ],
            _ => ["waf_action", "waf_rule_id", "waf_rule_type", "waf_test"],
        };
        let values = ["block", &rule, finding.kind, "false"].map(|value| value.as_bytes().to_vec());
        fields.extend(names.into_iter().zip(values));
        fields.extend(final_fields(finding.plugin, &rule, finding.kind));
    }
    fields
}

fn final_fields(plugin: &str, rule: &str, kind: &str) -> Fields {
    vec![
        ("final_action", b"block".to_vec()),
        ("final_plugin", plugin.as_bytes().to_vec()),
        ("final_rule_id", rule.as_bytes().to_vec()),
        ("final_rule_type", kind.as_bytes().to_vec()),
    ]
}

fn or_dash(value: &str) -> &str {
    if value.is_empty() { "-" } else { value }
}

/// `2025-09-03T16:30:15+08:00`: the vendor logs in its own time zone.
fn beijing(at: Time) -> String {
    const OFFSET_MS: i64 = 8 * 3_600_000;
    let shifted = Time::from_millis(at.millis() + OFFSET_MS).to_string();
    format!("{}+08:00", &shifted[..19])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_the_vendors_zone() {
        let at = Time::parse("2025-09-03T08:30:15.123Z").unwrap();
        assert_eq!(beijing(at), "2025-09-03T16:30:15+08:00");
        assert_eq!(
            Time::parse(&beijing(at)).unwrap(),
            Time::parse("2025-09-03T08:30:15Z").unwrap()
        );
    }
}
