//! The fake cloud as a program: started by hand, stopped by Ctrl-C.

use super::{FakeCloud, FakeCloudConfig, WAF_LOGSTORE};
use anyhow::Context;
use std::{
    io::{self, Write},
    net::SocketAddr,
};

/// Serves at `listen`, the web site at the next port (any, if `listen` has port 0), says on stdout what is where, and
/// stops on Ctrl-C.
pub async fn run(listen: SocketAddr) -> anyhow::Result<()> {
    let mut config = FakeCloudConfig::default();
    let site_port = match listen.port() {
        0 => 0,
        port => port
            .checked_add(1)
            .context("no port after 65535 for the web site")?,
    };
    config.site_listen = SocketAddr::new(listen.ip(), site_port);
    let cloud = FakeCloud::start(listen, config).await?;
    io::stdout().write_all(describe(&cloud).as_bytes())?;
    tokio::signal::ctrl_c().await?;
    cloud.stop().await;
    Ok(())
}

fn describe(cloud: &FakeCloud) -> String {
    let config = cloud.config();
    let (api, site) = (cloud.api_url(), cloud.site_url());
    let objects: Vec<&str> = config.objects.iter().map(|object| object.name.as_str()).collect();
    format!(
        "fake Alibaba Cloud, account {account} in {region}\n\
         \n\
         log service and WAF endpoint   {api}\n\
         access key id                  {key}\n\
         access key secret              {secret}\n\
         project / log store            {project} / {WAF_LOGSTORE}\n\
         WAF instance                   {instance}\n\
         protected objects              {objects}\n\
         web site behind the WAF        {site}/\n\
         \n\
         attack it:    curl -H '{client}: 203.0.113.7' '{site}/product?id=1%27%20union%20select%201--'\n\
         what it saw:  curl {api}/_fake/state\n\
         break it:     curl {api}/_fake/faults --json \
         '{{\"api\":\"CreateDefenseRule\",\"kind\":\"timeout_after\",\"hold_ms\":1000}}'\n\
         \n\
         Ctrl-C stops it.\n",
        account = config.account_id,
        region = config.region,
        key = config.access_key_id,
        secret = config.access_key_secret.expose(),
        project = config.waf_project(),
        instance = config.instance_id,
        objects = objects.join(" "),
        client = super::CLIENT_HEADER,
    )
}
