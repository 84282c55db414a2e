//! *Check Validity*: why a source cannot be read, told as the one prerequisite that is not met.
//!
//! The steps go in the order a person would put things right: reach the cloud, sign in, be allowed, have a firewall,
//! have a site behind it, have its log switched on, have the log store. The first unmet one is named.

use model::LocalText;
use serde::Serialize;

use super::sls::{CursorFrom, SlsClient};
use super::waf::{LogStoreName, ProtectedObject, WafApi};
use super::{ApiError, CallError, ErrorClass};

/// What has to hold before a log can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Prerequisite {
    /// The cloud's address answers.
    Reachable,
    /// The cloud is not refusing calls for being busy; trying again helps.
    Available,
    /// The access key is known and its secret right.
    Credentials,
    /// This machine's clock is right, as signatures hold the time.
    Clock,
    /// The key may call this action.
    Permission {
        /// The action as the cloud's policies name it.
        action: String,
    },
    /// There is a working WAF 3.0 instance.
    WafInstance,
    /// There is a site behind the firewall.
    ProtectedSite {
        /// The domain that was asked for, or none where any would do.
        domain: Option<String>,
    },
    /// The firewall's log service is switched on.
    LogService,
    /// Logging is switched on for the site.
    SiteLogging {
        /// The domain that was asked for, or none where any would do.
        domain: Option<String>,
    },
    /// The project exists.
    Project {
        /// Its name.
        project: String,
    },
    /// The log store exists.
    LogStore {
        /// Its project.
        project: String,
        /// Its name.
        logstore: String,
    },
    /// None of the above: the cloud's own words have to do.
    Understood,
}

/// A prerequisite that is not met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{}: {detail}", message.en)]
pub struct Unmet {
    /// Which one.
    pub prerequisite: Prerequisite,
    /// What to do about it.
    pub message: LocalText,
    /// What the cloud said, in its own words.
    pub detail: String,
}

impl Prerequisite {
    fn message(&self) -> LocalText {
        let of = |domain: &Option<String>| {
            domain
                .as_ref()
                .map(|name| format!(" `{name}`"))
                .unwrap_or_default()
        };
        match self {
            Self::Reachable => LocalText::new(
                "The cloud cannot be reached from this server; check the endpoint, DNS and the way out",
                "本服务器无法访问云服务，请检查接入地址、DNS 和出网",
            ),
            Self::Available => LocalText::new(
                "The cloud is busy or has a fault; try again in a minute",
                "云服务繁忙或发生故障，请稍后重试",
            ),
            Self::Credentials => LocalText::new(
                "The AccessKey is wrong, disabled or expired; check id and secret",
                "AccessKey 错误、已禁用或已过期，请检查 ID 和密钥",
            ),
            Self::Clock => LocalText::new(
                "This server's clock is off by more than the cloud accepts; synchronise it",
                "本服务器的时钟与云端相差过大，请校准时间",
            ),
            Self::Permission { action } => LocalText::new(
                format!("The AccessKey may not call `{action}`; grant it in RAM"),
                format!("AccessKey 没有 `{action}` 权限，请在 RAM 中授权"),
            ),
            Self::WafInstance => LocalText::new(
                "The account has no working WAF 3.0 instance in this region",
                "该账号在此地域没有可用的 WAF 3.0 实例",
            ),
            Self::ProtectedSite { domain } => LocalText::new(
                format!(
                    "The domain{} is not behind the WAF; add it there first",
                    of(domain)
                ),
                format!("域名{}未接入 WAF，请先接入", of(domain)),
            ),
            Self::LogService => LocalText::new(
                "The log service of the WAF is off; enable it in the WAF console",
                "WAF 日志服务未开启，请在 WAF 控制台开启",
            ),
            Self::SiteLogging { domain } => LocalText::new(
                format!(
                    "Logging is off for the domain{}; switch it on in the WAF's log service",
                    of(domain)
                ),
                format!("域名{}未开启日志采集，请在 WAF 日志服务中打开", of(domain)),
            ),
            Self::Project { project } => LocalText::new(
                format!("There is no log project `{project}` in this region"),
                format!("此地域没有日志项目 `{project}`"),
            ),
            Self::LogStore { project, logstore } => LocalText::new(
                format!("The project `{project}` has no log store `{logstore}`"),
                format!("日志项目 `{project}` 中没有日志库 `{logstore}`"),
            ),
            Self::Understood => LocalText::new(
                "The cloud refused the check for a reason of its own",
                "云服务以其他原因拒绝了检查",
            ),
        }
    }

    fn unmet(self, detail: impl Into<String>) -> Unmet {
        Unmet {
            message: self.message(),
            prerequisite: self,
            detail: detail.into(),
        }
    }
}

/// What the firewall says about its log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WafLog {
    /// The firewall instance.
    pub instance: String,
    /// The project its log goes to.
    pub project: String,
    /// The log store its log goes to.
    pub logstore: String,
    /// Names of the protected objects.
    pub objects: Vec<String>,
}

/// What a readable log store looks like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReadableStore {
    /// Shards to read.
    pub shards: Vec<u32>,
    /// Days the store keeps a log, 0 where it does not say.
    pub kept_days: u32,
}

/// Finds the firewall's log store, or names what is missing on the way there. With a `domain`, that one has to be
/// protected and logged; without, any.
pub async fn check_waf(waf: &WafApi, domain: Option<&str>) -> Result<WafLog, Unmet> {
    let failed = |action| move |error| unmet_by_waf(action, &error);
    let instance = waf.instance().await.map_err(failed("DescribeInstance"))?;
    let instance = instance
        .active_id()
        .ok_or_else(|| Prerequisite::WafInstance.unmet(""))?
        .to_owned();

    let objects = waf
        .protected_objects(&instance)
        .await
        .map_err(failed("DescribeDefenseResources"))?;
    let wanted = wanted_objects(&objects, domain)?;

    if !waf
        .log_store_exists(&instance)
        .await
        .map_err(failed("DescribeSlsLogStoreStatus"))?
    {
        return Err(Prerequisite::LogService.unmet(""));
    }
    // Beyond what is strictly needed: a gateway or a key that does not have this call does not fail the check.
    if let Ok(logged) = waf.logged_objects(&instance, &wanted).await
        && logged.is_empty()
    {
        return Err(Prerequisite::SiteLogging {
            domain: domain.map(str::to_owned),
        }
        .unmet(wanted.join(", ")));
    }
    let LogStoreName {
        project_name: project,
        log_store_name: logstore,
    } = waf
        .log_store(&instance)
        .await
        .map_err(failed("DescribeSlsLogStore"))?;
    let objects = objects.into_iter().map(|object| object.resource).collect();
    Ok(WafLog {
        instance,
        project,
        logstore,
        objects,
    })
}

/// Reads as far as a puller would: the store, its shards, a cursor.
pub async fn check_store(sls: &SlsClient) -> Result<ReadableStore, Unmet> {
    let failed =
        |action| move |error| unmet_by_store(sls.config().project(), sls.config().logstore(), action, &error);
    let store = sls.log_store().await.map_err(failed("log:GetLogStore"))?;
    let shards = sls.shards().await.map_err(failed("log:ListShards"))?;
    let shards: Vec<u32> = shards.iter().map(|shard| shard.id).collect();
    if let Some(first) = shards.first() {
        sls.cursor(*first, CursorFrom::End)
            .await
            .map_err(failed("log:GetCursorOrData"))?;
    }
    Ok(ReadableStore {
        shards,
        kept_days: store.ttl,
    })
}

fn wanted_objects<'a>(objects: &'a [ProtectedObject], domain: Option<&str>) -> Result<Vec<&'a str>, Unmet> {
    let wanted: Vec<&str> = objects
        .iter()
        .filter(|object| domain.is_none_or(|domain| object.protects(domain)))
        .map(|object| object.resource.as_str())
        .collect();
    if wanted.is_empty() {
        let protected: Vec<_> = objects.iter().map(|object| object.resource.as_str()).collect();
        return Err(Prerequisite::ProtectedSite {
            domain: domain.map(str::to_owned),
        }
        .unmet(protected.join(", ")));
    }
    Ok(wanted)
}

fn unmet_by_waf(action: &str, error: &CallError) -> Unmet {
    // The firewall's own code for an instance that is gone or not ours; the spelling is the vendor's.
    let no_instance =
        matches!(error, CallError::Api(ApiError { code, .. }) if code == "Waf.Instance.ValidFaild");
    let prerequisite = if no_instance {
        Prerequisite::WafInstance
    } else {
        common(&format!("yundun-waf:{action}"), error)
    };
    prerequisite.unmet(error.to_string())
}

fn unmet_by_store(project: &str, logstore: &str, action: &str, error: &CallError) -> Unmet {
    let code = match error {
        CallError::Api(error) => error.code.as_str(),
        _ => "",
    };
    let (project, logstore) = (project.to_owned(), logstore.to_owned());
    let prerequisite = match code {
        "ProjectNotExist" => Prerequisite::Project { project },
        "LogStoreNotExist" => Prerequisite::LogStore { project, logstore },
        _ => common(action, error),
    };
    prerequisite.unmet(error.to_string())
}

fn common(action: &str, error: &CallError) -> Prerequisite {
    match error {
        CallError::Egress(_) => Prerequisite::Reachable,
        CallError::Malformed { .. } => Prerequisite::Understood,
        CallError::Api(error) => match error.class() {
            ErrorClass::Throttled | ErrorClass::Server | ErrorClass::NonceUsed => Prerequisite::Available,
            ErrorClass::ClockSkew => Prerequisite::Clock,
            ErrorClass::Credentials => Prerequisite::Credentials,
            ErrorClass::Permission => Prerequisite::Permission {
                action: action.to_owned(),
            },
            ErrorClass::NotFound | ErrorClass::Quota | ErrorClass::InvalidCursor | ErrorClass::Rejected => {
                Prerequisite::Understood
            }
        },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::alibaba::Credentials;
    use crate::alibaba::openapi::OpenApiClient;
    use crate::alibaba::sls::{SignatureVersion, SlsConfig};
    use crate::alibaba::waf::VERSION;
    use crate::egress::{EgressError, EgressLimits};
    use crate::scripted::Scripted;

    fn api(http_status: u16, code: &str) -> CallError {
        let (code, message, request_id) = (code.to_owned(), String::new(), String::new());
        CallError::Api(ApiError {
            http_status,
            code,
            message,
            request_id,
        })
    }

    #[test]
    fn each_refusal_names_its_prerequisite() {
        let store = |error| unmet_by_store("proj", "store", "log:GetLogStore", &error).prerequisite;
        let permission = Prerequisite::Permission {
            action: "log:GetLogStore".to_owned(),
        };
        assert_eq!(
            store(api(404, "ProjectNotExist")),
            Prerequisite::Project {
                project: "proj".to_owned()
            }
        );
        let missing = Prerequisite::LogStore {
            project: "proj".to_owned(),
            logstore: "store".to_owned(),
        };
        assert_eq!(store(api(404, "LogStoreNotExist")), missing);
        assert_eq!(store(api(401, "Unauthorized")), permission);
        assert_eq!(store(api(401, "SignatureNotMatch")), Prerequisite::Credentials);
        assert_eq!(store(api(400, "RequestTimeExpired")), Prerequisite::Clock);
        assert_eq!(store(api(403, "ReadQuotaExceed")), Prerequisite::Available);
        assert_eq!(store(api(500, "InternalServerError")), Prerequisite::Available);
        assert_eq!(store(api(400, "ParameterInvalid")), Prerequisite::Understood);
        let resolve = EgressError::Resolve {
            host: "proj.example".to_owned(),
        };
        assert_eq!(store(CallError::Egress(resolve)), Prerequisite::Reachable);

        let waf = |error| unmet_by_waf("DescribeInstance", &error).prerequisite;
        assert_eq!(
            waf(api(400, "Waf.Instance.ValidFaild")),
            Prerequisite::WafInstance
        );
        assert_eq!(
            waf(api(404, "InvalidAccessKeyId.NotFound")),
            Prerequisite::Credentials
        );
        let permission = Prerequisite::Permission {
            action: "yundun-waf:DescribeInstance".to_owned(),
        };
        assert_eq!(waf(api(403, "NoPermission")), permission);
    }

    #[test]
    fn a_domain_has_to_be_behind_the_firewall() {
        let objects = [ProtectedObject {
            resource: "www.example.com-waf".to_owned(),
            detail: serde_json::Map::new(),
        }];
        assert_eq!(wanted_objects(&objects, None).unwrap(), ["www.example.com-waf"]);
        assert_eq!(
            wanted_objects(&objects, Some("www.example.com")).unwrap(),
            ["www.example.com-waf"]
        );
        let unmet = wanted_objects(&objects, Some("shop.example.com")).unwrap_err();
        assert_eq!(
            unmet.message.en,
            "The domain `shop.example.com` is not behind the WAF; add it there first"
        );
        assert_eq!(unmet.message.zh, "域名 `shop.example.com`未接入 WAF，请先接入");
        assert!(wanted_objects(&[], None).is_err());
    }

    const INSTANCE: &str = r#"{"InstanceId":"waf-1","Status":1}"#;
    const OBJECTS: &str = r#"{"TotalCount":1,"Resources":[{"Resource":"www.example.com-waf"}]}"#;
    const EXISTS: &str = r#"{"ExistStatus":true}"#;
    const LOGGED: &str = r#"{"Result":[{"Resource":"www.example.com-waf","Status":true}]}"#;
    const STORE: &str = r#"{"ProjectName":"proj","LogStoreName":"store"}"#;

    fn credentials() -> Credentials {
        Credentials {
            access_key_id: "id".to_owned(),
            access_key_secret: "s".into(),
            security_token: None,
        }
    }

    async fn waf(answers: &[(u16, &str)]) -> Result<WafLog, Prerequisite> {
        let answers: Vec<_> = answers
            .iter()
            .map(|(status, body)| (*status, "", *body))
            .collect();
        let scripted = Scripted::new(&answers);
        let endpoint = format!("http://{}", scripted.address).parse().unwrap();
        let egress = Scripted::egress(EgressLimits::default());
        let client = OpenApiClient::new(egress, endpoint, VERSION, credentials());
        let checked = check_waf(&WafApi::new(client, "cn-hangzhou", None), None).await;
        assert_eq!(scripted.seen().len(), answers.len());
        checked.map_err(|unmet| unmet.prerequisite)
    }

    #[tokio::test]
    async fn the_firewalls_log_is_found_or_what_is_missing_named() {
        let found = WafLog {
            instance: "waf-1".to_owned(),
            project: "proj".to_owned(),
            logstore: "store".to_owned(),
            objects: vec!["www.example.com-waf".to_owned()],
        };
        let all = [
            (200, INSTANCE),
            (200, OBJECTS),
            (200, EXISTS),
            (200, LOGGED),
            (200, STORE),
        ];
        assert_eq!(waf(&all).await, Ok(found.clone()));
        let unknown_call = (404, r#"{"Code":"InvalidAction.NotFound"}"#);
        assert_eq!(
            waf(&[all[0], all[1], all[2], unknown_call, all[4]]).await,
            Ok(found)
        );

        assert_eq!(waf(&[(200, "{}")]).await, Err(Prerequisite::WafInstance));
        let nothing = (200, r#"{"TotalCount":0,"Resources":[]}"#);
        assert_eq!(
            waf(&[all[0], nothing]).await,
            Err(Prerequisite::ProtectedSite { domain: None })
        );
        let off = (200, r#"{"ExistStatus":false}"#);
        assert_eq!(waf(&[all[0], all[1], off]).await, Err(Prerequisite::LogService));
        let unlogged = (
            200,
            r#"{"Result":[{"Resource":"www.example.com-waf","Status":false}]}"#,
        );
        let site = Prerequisite::SiteLogging { domain: None };
        assert_eq!(waf(&[all[0], all[1], all[2], unlogged]).await, Err(site));
    }

    #[tokio::test]
    async fn a_store_is_read_as_far_as_a_puller_would() {
        let check = |answers: &[(u16, &str)]| {
            let answers: Vec<_> = answers
                .iter()
                .map(|(status, body)| (*status, "", *body))
                .collect();
            let scripted = Scripted::new(&answers);
            let endpoint = format!("http://{}", scripted.address).parse().unwrap();
            let version = SignatureVersion::V4;
            let config =
                SlsConfig::new(endpoint, "cn-hangzhou", "proj", "store", version, credentials()).unwrap();
            let client = SlsClient::new(Scripted::egress(EgressLimits::default()), config);
            async move { check_store(&client).await.map_err(|unmet| unmet.prerequisite) }
        };
        let store = (200, r#"{"logstoreName":"store","ttl":180}"#);
        let shards = (
            200,
            r#"[{"shardID":0,"status":"readwrite"},{"shardID":1,"status":"readonly"}]"#,
        );
        let cursor = (200, r#"{"cursor":"MTI="}"#);
        let readable = ReadableStore {
            shards: vec![0, 1],
            kept_days: 180,
        };
        assert_eq!(check(&[store, shards, cursor]).await, Ok(readable));
        let missing = (404, r#"{"errorCode":"LogStoreNotExist","errorMessage":"x"}"#);
        let expected = Prerequisite::LogStore {
            project: "proj".to_owned(),
            logstore: "store".to_owned(),
        };
        assert_eq!(check(&[missing]).await, Err(expected));
        let denied = (
            401,
            r#"{"errorCode":"Unauthorized","errorMessage":"denied by sts or ram"}"#,
        );
        let expected = Prerequisite::Permission {
            action: "log:GetCursorOrData".to_owned(),
        };
        assert_eq!(check(&[store, shards, denied]).await, Err(expected));
    }
}
