//! What can be seen of an attack, and by which rule of which product: not every product sees everything, and what an
//! estate's products do not see, nobody is told.

use Signal as S;

/// Whose products watch an estate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// Alibaba Cloud's: WAF, cloud firewall, host agent, audit trail.
    Alibaba,
    /// Alibaba Cloud with nginx, sshd and auditd of one's own instead of WAF and host agent.
    OwnAgents,
    /// Tencent Cloud's.
    Tencent,
    /// Huawei Cloud's.
    Huawei,
}

/// Something that can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the table below names the rules that see each")]
pub enum Signal {
    WebScan,
    WebProbes,
    SqlInjection,
    CodeExecution,
    WebAttackPassed,
    WebShellCalled,
    WebDataLeak,
    WebGuessing,
    FirewallPortScan,
    FirewallSweep,
    FirewallIntrusion,
    FirewallGuessing,
    FirewallControl,
    FirewallMining,
    FirewallUpload,
    FirewallInnerSweep,
    WebShellFile,
    WebServerShell,
    ReverseShell,
    DownloadRun,
    ShellConnects,
    TemporaryProgram,
    HistoryOff,
    PrivilegeSearch,
    CredentialSearch,
    HashesRead,
    InnerScan,
    LateralSsh,
    Tunnel,
    HostUpload,
    LogWiping,
    UserAdded,
    KeyAdded,
    Cron,
    Miner,
    RivalsKilled,
    PoolDomain,
    Guessing,
    GuessedIn,
    UnusualLogin,
    RootLogin,
    OneAddressManyHosts,
    PrivilegedContainer,
    ContainerEscape,
    MetadataCredentials,
    FilesEncrypted,
    MaliciousFile,
    Behaviour,
    AgentStopped,
    SystemFileChanged,
    AttackThenIntruder,
    GuessedThenIntruder,
    KeyLeaked,
    KeyProbing,
    KeyDenied,
    KeyManyAddresses,
    KeySettles,
    CallsByTool,
    UserCreated,
    KeyCreated,
    AdminGranted,
    MfaRemoved,
    ConsoleSpraying,
    ConsoleGuessing,
    ConsoleLogin,
    LoginAfterFailures,
    BucketPublic,
    DatabaseCopied,
    ImageShared,
    ObjectsDeleted,
    BucketHistoryRemoved,
    BucketEncryption,
    SnapshotsDeleted,
    KeyDeletion,
    TrailStopped,
    LogStoreDeleted,
    RightsThenSilence,
    InstancesCreated,
    InstancesReleased,
    CommandOnInstances,
    GroupOpened,
    KubeconfigFetched,
    AgentRemoved,
}

/// The rules that see a thing: of Alibaba Cloud, of one's own agents, of Tencent Cloud, of Huawei Cloud.
type Row = [&'static str; 4];

/// Nobody there sees it.
const UNSEEN: &str = "";

impl Signal {
    /// The rule that sees it, if the estate's products do.
    pub fn rule(self, watch: Watch) -> Option<&'static str> {
        let column = match watch {
            Watch::Alibaba => 0,
            Watch::OwnAgents => 1,
            Watch::Tencent => 2,
            Watch::Huawei => 3,
        };
        let rule = self.row()[column];
        (rule != UNSEEN).then_some(rule)
    }

    const fn row(self) -> Row {
        match self {
            S::WebScan
            | S::WebProbes
            | S::SqlInjection
            | S::CodeExecution
            | S::WebAttackPassed
            | S::WebShellCalled
            | S::WebDataLeak
            | S::WebGuessing => self.web(),
            S::FirewallPortScan
            | S::FirewallSweep
            | S::FirewallIntrusion
            | S::FirewallGuessing
            | S::FirewallControl
            | S::FirewallMining
            | S::FirewallUpload
            | S::FirewallInnerSweep => self.firewall(),
            S::KeyLeaked
            | S::KeyProbing
            | S::KeyDenied
            | S::KeyManyAddresses
            | S::KeySettles
            | S::CallsByTool
            | S::UserCreated
            | S::KeyCreated
            | S::AdminGranted
            | S::MfaRemoved
            | S::ConsoleSpraying
            | S::ConsoleGuessing
            | S::ConsoleLogin
            | S::LoginAfterFailures => self.identity(),
            S::BucketPublic
            | S::DatabaseCopied
            | S::ImageShared
            | S::ObjectsDeleted
            | S::BucketHistoryRemoved
            | S::BucketEncryption
            | S::SnapshotsDeleted
            | S::KeyDeletion
            | S::TrailStopped
            | S::LogStoreDeleted
            | S::RightsThenSilence
            | S::InstancesCreated
            | S::InstancesReleased
            | S::CommandOnInstances
            | S::GroupOpened
            | S::KubeconfigFetched
            | S::AgentRemoved => self.cloud(),
            _ => self.host(),
        }
    }

    #[rustfmt::skip]
    const fn web(self) -> Row {
        match self {
            S::WebScan => ["alibaba_waf/attack_tool", "nginx/attack_tool", "tencent_waf/attack_tool", "huawei_waf/attack_tool"],
            S::WebProbes => ["alibaba_waf/varied_attacks", "nginx/sensitive_file_probing", "tencent_waf/varied_attacks", "huawei_waf/varied_attacks"],
            S::SqlInjection => ["alibaba_waf/sql_injection", "webserver/sql_injection", "tencent_waf/sql_injection", "huawei_waf/sql_injection"],
            S::CodeExecution => ["alibaba_waf/code_execution", "webserver/command_injection", "tencent_waf/code_execution", "huawei_waf/code_execution"],
            S::WebAttackPassed => ["alibaba_waf/attack_passed", "webserver/php_code", "tencent_waf/attack_passed", "huawei_waf/attack_passed"],
            S::WebShellCalled => ["alibaba_waf/web_shell", "webserver/web_shell_used", "tencent_waf/web_shell", "huawei_waf/web_shell"],
            S::WebDataLeak => ["alibaba_waf/data_leak", "nginx/large_archive_fetched", UNSEEN, UNSEEN],
            _ => ["alibaba_waf/frequent_refusals", "nginx/password_guessing", "tencent_waf/frequent_refusals", "huawei_waf/frequent_refusals"],
        }
    }

    #[rustfmt::skip]
    const fn firewall(self) -> Row {
        match self {
            S::FirewallPortScan => ["alibaba_cloud_firewall/port_scan", UNSEEN, "tencent_cfw/port_scan", "huawei_cfw/port_scan"],
            S::FirewallSweep => ["alibaba_cloud_firewall/address_sweep", UNSEEN, "tencent_cfw/address_sweep", "huawei_cfw/address_sweep"],
            S::FirewallIntrusion => ["alibaba_cloud_firewall/attack_passed", UNSEEN, "tencent_cfw/intrusion_let_through", "huawei_cfw/intrusion_let_through"],
            S::FirewallGuessing => ["alibaba_cloud_firewall/password_guessing", UNSEEN, "tencent_cfw/password_guessing", "huawei_cfw/password_guessing"],
            S::FirewallControl => ["alibaba_cloud_firewall/control_port", "alibaba_cloud_firewall/control_port", "tencent_cfw/control_port", "huawei_cfw/control_port"],
            S::FirewallMining => ["alibaba_cloud_firewall/mining_pool", "alibaba_cloud_firewall/mining_pool", "tencent_cfw/mining_pool", "huawei_cfw/mining_pool"],
            S::FirewallUpload => ["alibaba_cloud_firewall/large_upload", "alibaba_cloud_firewall/large_upload", "tencent_cfw/large_upload", "huawei_cfw/large_upload"],
            _ => ["alibaba_cloud_firewall/inner_sweep", UNSEEN, "tencent_cfw/outbound_scan", "huawei_cfw/outbound_scan"],
        }
    }

    #[rustfmt::skip]
    const fn host(self) -> Row {
        match self {
            S::WebShellFile => ["alibaba_security_center/vendor_alert_file", "linux/web_shell_written", "tencent_cwp/web_shell", "huawei_hss/web_shell"],
            S::WebServerShell => ["alibaba_security_center/web_server_shell", "alibaba_security_center/web_server_shell", "tencent_cwp/high_risk_command", "huawei_hss/high_risk_command"],
            S::ReverseShell => ["alibaba_security_center/reverse_shell", "alibaba_security_center/reverse_shell", "tencent_cwp/reverse_shell", "huawei_hss/reverse_shell"],
            S::DownloadRun => ["alibaba_security_center/download_and_run", "alibaba_security_center/download_and_run", "tencent_cwp/scheduled_download", "huawei_hss/high_risk_command"],
            S::ShellConnects => ["linux/shell_connects_out", UNSEEN, UNSEEN, UNSEEN],
            S::TemporaryProgram => ["linux/temporary_program", "linux/temporary_program", "linux/temporary_program", UNSEEN],
            S::HistoryOff => ["linux/history_off", "linux/history_off", "tencent_cwp/traces_wiped", UNSEEN],
            S::PrivilegeSearch => ["linux/privilege_search", "linux/privilege_search", "tencent_cwp/privilege_escalation", "huawei_hss/privilege_escalation"],
            S::CredentialSearch => ["linux/credential_search", "linux/credential_search", "linux/credential_search", UNSEEN],
            S::HashesRead => ["linux/password_hashes_read", "linux/password_hashes_read", "linux/password_hashes_read", UNSEEN],
            S::InnerScan => ["linux/network_scanner", "linux/network_scanner", "linux/network_scanner", "huawei_hss/vendor_alert"],
            S::LateralSsh => ["linux/lateral_ssh", "linux/lateral_ssh", "linux/lateral_ssh", UNSEEN],
            S::Tunnel => ["linux/tunnel_tool", "linux/tunnel_tool", "linux/tunnel_tool", "huawei_hss/high_risk_command"],
            S::HostUpload => ["linux/upload_of_data", "linux/upload_of_data", "linux/upload_of_data", UNSEEN],
            S::LogWiping => ["linux/log_wiping", "linux/log_wiping", "tencent_cwp/traces_wiped", "huawei_hss/protection_disabled"],
            S::UserAdded => ["linux/user_added", "linux/user_added", "linux/user_added", "huawei_hss/vendor_alert"],
            S::KeyAdded => ["linux/authorized_keys", "linux/authorized_keys", "tencent_cwp/ssh_key_added", UNSEEN],
            S::Cron => ["linux/cron_persistence", "linux/cron_persistence", "tencent_cwp/scheduled_download", "huawei_hss/scheduled_task"],
            S::Miner => ["alibaba_security_center/crypto_miner", "alibaba_security_center/crypto_miner", "tencent_cwp/miner_file", "huawei_hss/miner"],
            S::RivalsKilled => ["linux/rivals_killed", "linux/rivals_killed", "linux/rivals_killed", UNSEEN],
            S::PoolDomain => ["linux/mining_pool_domain", UNSEEN, "tencent_cwp/malicious_request", UNSEEN],
            S::Guessing => ["alibaba_security_center/password_guessing", "sshd/password_guessing", "tencent_cwp/password_guessing", "huawei_hss/password_guessing"],
            S::GuessedIn => ["alibaba_security_center/guessed_then_in", "sshd/guessing_then_in", "tencent_cwp/guessed_then_in", "huawei_hss/guessed_then_in"],
            S::UnusualLogin => ["alibaba_security_center/vendor_alert_login", UNSEEN, "tencent_cwp/unusual_login", "huawei_hss/unusual_login"],
            S::RootLogin => ["alibaba_security_center/root_login", "sshd/root_password_login", "tencent_cwp/root_login_from_dangerous_address", UNSEEN],
            S::OneAddressManyHosts => ["alibaba_security_center/one_address_many_hosts", UNSEEN, "tencent_cwp/guessing_many_hosts", UNSEEN],
            S::PrivilegedContainer => ["linux/privileged_container", "linux/privileged_container", UNSEEN, UNSEEN],
            S::ContainerEscape => ["linux/container_escape", "linux/container_escape", "linux/container_escape", "huawei_hss/privilege_escalation"],
            S::MetadataCredentials => ["linux/metadata_credentials", "linux/metadata_credentials", "linux/metadata_credentials", UNSEEN],
            S::FilesEncrypted => ["linux/files_encrypted", "linux/files_encrypted", "linux/files_encrypted", "huawei_hss/ransomware"],
            S::MaliciousFile => ["alibaba_security_center/vendor_alert_file", UNSEEN, "tencent_cwp/malicious_file", "huawei_hss/malicious_file"],
            S::AgentStopped => ["linux/agent_stopped", "linux/agent_stopped", "tencent_cwp/agent_stopped", "huawei_hss/protection_disabled"],
            S::SystemFileChanged => ["linux/system_file_changed", "linux/system_file_changed", "tencent_cwp/core_file_changed", "huawei_hss/core_file_changed"],
            S::AttackThenIntruder => ["attack_chain/firewall_attack_then_intruder", "attack_chain/web_shell_written_then_used", "attack_chain/tencent_firewall_attack_then_intruder", "attack_chain/huawei_firewall_attack_then_alarm"],
            S::GuessedThenIntruder => ["attack_chain/guessed_password_then_intruder", "attack_chain/guessed_password_then_intruder", UNSEEN, UNSEEN],
            _ => ["alibaba_security_center/vendor_alert_behaviour", UNSEEN, "tencent_cwp/high_risk_command", "huawei_hss/vendor_alert"],
        }
    }

    #[rustfmt::skip]
    const fn identity(self) -> Row {
        match self {
            S::KeyLeaked => ["alibaba_security_center/vendor_alert_access_key", UNSEEN, UNSEEN, UNSEEN],
            S::KeyProbing => ["alibaba_actiontrail/leaked_key_probing", "alibaba_actiontrail/leaked_key_probing", "tencent_cloudaudit/permissions_probed", "huawei_cts/permissions_probed"],
            S::KeyDenied => ["alibaba_actiontrail/denied_across_services", "alibaba_actiontrail/denied_across_services", "tencent_cloudaudit/denied_calls", "huawei_cts/denied_calls"],
            S::KeyManyAddresses => ["alibaba_actiontrail/key_from_many_addresses", "alibaba_actiontrail/key_from_many_addresses", "tencent_cloudaudit/key_many_addresses", "huawei_cts/key_many_addresses"],
            S::KeySettles => ["alibaba_actiontrail/leaked_key_settles_in", "alibaba_actiontrail/leaked_key_settles_in", UNSEEN, UNSEEN],
            S::CallsByTool => ["alibaba_actiontrail/attack_tool", "alibaba_actiontrail/attack_tool", UNSEEN, UNSEEN],
            S::UserCreated => ["alibaba_actiontrail/user_created", "alibaba_actiontrail/user_created", "tencent_cloudaudit/sub_user_created", "huawei_cts/sub_user_created"],
            S::KeyCreated => ["alibaba_actiontrail/access_key_created", "alibaba_actiontrail/access_key_created", "tencent_cloudaudit/access_key_created", "huawei_cts/access_key_created"],
            S::AdminGranted => ["alibaba_actiontrail/administrator_granted", "alibaba_actiontrail/administrator_granted", "tencent_cloudaudit/full_access_granted", "huawei_cts/full_access_granted"],
            S::MfaRemoved => ["alibaba_actiontrail/mfa_removed", "alibaba_actiontrail/mfa_removed", "tencent_cloudaudit/second_factor_removed", "huawei_cts/second_factor_removed"],
            S::ConsoleSpraying => ["alibaba_actiontrail/console_password_spraying", "alibaba_actiontrail/console_password_spraying", "tencent_cloudaudit/console_password_spraying", "huawei_cts/console_password_spraying"],
            S::ConsoleGuessing => ["alibaba_actiontrail/console_password_guessing", "alibaba_actiontrail/console_password_guessing", "tencent_cloudaudit/console_password_guessing", "huawei_cts/console_password_guessing"],
            S::ConsoleLogin => ["alibaba_actiontrail/root_console_login", "alibaba_actiontrail/root_console_login", "tencent_cloudaudit/root_console_login", "huawei_cts/root_console_login"],
            _ => ["alibaba_actiontrail/console_login_after_failures", "alibaba_actiontrail/console_login_after_failures", "tencent_cloudaudit/console_login_after_failure", "huawei_cts/console_login_after_failure"],
        }
    }

    #[rustfmt::skip]
    const fn cloud(self) -> Row {
        match self {
            S::BucketPublic => ["alibaba_actiontrail/bucket_public", "alibaba_actiontrail/bucket_public", "tencent_cloudaudit/bucket_public", "huawei_cts/bucket_public"],
            S::DatabaseCopied => ["alibaba_actiontrail/database_copied", "alibaba_actiontrail/database_copied", UNSEEN, UNSEEN],
            S::ImageShared => ["alibaba_actiontrail/image_shared", "alibaba_actiontrail/image_shared", "tencent_cloudaudit/snapshot_shared", "huawei_cts/snapshot_shared"],
            S::ObjectsDeleted => ["alibaba_actiontrail/objects_deleted", "alibaba_actiontrail/objects_deleted", UNSEEN, UNSEEN],
            S::BucketHistoryRemoved => ["alibaba_actiontrail/bucket_history_removed", "alibaba_actiontrail/bucket_history_removed", UNSEEN, UNSEEN],
            S::BucketEncryption => ["alibaba_actiontrail/bucket_encryption_changed", "alibaba_actiontrail/bucket_encryption_changed", UNSEEN, UNSEEN],
            S::SnapshotsDeleted => ["alibaba_actiontrail/snapshots_deleted", "alibaba_actiontrail/snapshots_deleted", UNSEEN, UNSEEN],
            S::KeyDeletion => ["alibaba_actiontrail/key_deletion_scheduled", "alibaba_actiontrail/key_deletion_scheduled", "tencent_cloudaudit/kms_key_deletion", "huawei_cts/kms_key_deletion"],
            S::TrailStopped => ["alibaba_actiontrail/trail_stopped", "alibaba_actiontrail/trail_stopped", "tencent_cloudaudit/trail_tampering", "huawei_cts/trail_tampering"],
            S::LogStoreDeleted => ["alibaba_actiontrail/log_store_deleted", "alibaba_actiontrail/log_store_deleted", UNSEEN, UNSEEN],
            S::RightsThenSilence => ["alibaba_actiontrail/rights_then_silence", "alibaba_actiontrail/rights_then_silence", "tencent_cloudaudit/rights_then_silence", "huawei_cts/rights_then_silence"],
            S::InstancesCreated => ["alibaba_actiontrail/instances_created", "alibaba_actiontrail/instances_created", "tencent_cloudaudit/large_server_order", "huawei_cts/large_server_order"],
            S::InstancesReleased => ["alibaba_actiontrail/instances_released", "alibaba_actiontrail/instances_released", "tencent_cloudaudit/mass_instance_deletion", "huawei_cts/mass_instance_deletion"],
            S::CommandOnInstances => ["alibaba_actiontrail/command_on_instances", "alibaba_actiontrail/command_on_instances", UNSEEN, UNSEEN],
            S::GroupOpened => ["alibaba_actiontrail/security_group_opened", "alibaba_actiontrail/security_group_opened", "tencent_cloudaudit/security_group_open", "huawei_cts/security_group_open"],
            S::KubeconfigFetched => ["alibaba_actiontrail/kubeconfig_fetched", "alibaba_actiontrail/kubeconfig_fetched", UNSEEN, UNSEEN],
            _ => ["alibaba_actiontrail/agent_removed", "alibaba_actiontrail/agent_removed", "tencent_cloudaudit/security_product_disabled", "huawei_cts/security_product_disabled"],
        }
    }
}
