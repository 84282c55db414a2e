//! `ctdr whitelist`: what is known to be harmless, on a running server. Thin: words in, the API's answers out.

mod arguments;
mod condition;
mod show;

pub use arguments::WhitelistCommand;

use crate::{
    exit::Failure,
    remote::{Client, Speech, said, with_server},
    rule::{print, print_json, tell},
};
use anyhow::anyhow;
use arguments::{AddArguments, Format, ListArguments, PreviewArguments, Proposal, RemoveArguments};
use http::Method;
use model::{LocalText, Time};
use serde_json::{Value, json};

/// Runs a command.
pub fn run(command: &WhitelistCommand) -> Result<(), Failure> {
    match command {
        WhitelistCommand::List(arguments) => list(arguments),
        WhitelistCommand::Add(arguments) => add(arguments),
        WhitelistCommand::Remove(arguments) => remove(arguments),
        WhitelistCommand::Preview(arguments) => preview(arguments),
    }
}

fn list(arguments: &ListArguments) -> Result<(), Failure> {
    with_server(&arguments.server, async |client| {
        let rows = client.all("/whitelists").await?;
        if arguments.format == Format::Json {
            return print_json(&rows);
        }
        let speech = client.speech();
        print(&rows.iter().map(|row| show::line(row, speech)).collect::<String>())?;
        tell(&show::total(rows.len(), speech));
        Ok(())
    })
}

fn add(arguments: &AddArguments) -> Result<(), Failure> {
    let speech = arguments.server.speech();
    let mut new = proposed(&arguments.proposal, speech)?;
    new["reason"] = json!(arguments.reason);
    if let Some(owner) = &arguments.owner {
        new["owner"] = json!(owner);
    }
    if let Some(end) = &arguments.expires {
        new["expires_at"] = json!(ends(end, speech)?);
    }
    with_server(&arguments.server, async |client| {
        let made = client.call(Method::POST, "/whitelists", Some(&new)).await?;
        match arguments.format {
            Format::Json => print_json(&made),
            Format::Text => print(&show::line(&made, client.speech())),
        }
    })
}

fn remove(arguments: &RemoveArguments) -> Result<(), Failure> {
    with_server(&arguments.server, async |client| {
        let (mut removed, mut failed) = (0, Vec::new());
        for id in &arguments.ids {
            match remove_one(client, id).await {
                Ok(()) => {
                    removed += 1;
                    print(&format!("{id}\n"))?;
                }
                Err(failure) => failed.push(failure),
            }
        }
        if removed > 0 && !failed.is_empty() {
            for failure in failed {
                failure
                    .error()
                    .into_iter()
                    .for_each(|error| tell(&format!("ctdr: {error:#}")));
            }
            return Err(Failure::partial());
        }
        failed.into_iter().next().map_or(Ok(()), Err)
    })
}

/// Ids are part of an address: what could lead elsewhere is none.
async fn remove_one(client: &Client, id: &str) -> Result<(), Failure> {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if id.is_empty() || !id.chars().all(safe) {
        let text = LocalText::new(
            format!("`{id}` is not the id of a whitelist; `ctdr whitelist list` shows them"),
            format!("`{id}` 不是白名单 ID；请用 `ctdr whitelist list` 查看"),
        );
        return Err(Failure::usage(said(client.speech(), &text)));
    }
    let path = format!("/whitelists/{id}");
    client.call(Method::DELETE, &path, None).await.map(|_| ())
}

fn preview(arguments: &PreviewArguments) -> Result<(), Failure> {
    let mut asked = proposed(&arguments.proposal, arguments.server.speech())?;
    asked["days"] = json!(arguments.days);
    if let Some(id) = &arguments.id {
        asked["id"] = json!(id);
    }
    with_server(&arguments.server, async |client| {
        let job = client
            .call(Method::POST, "/whitelists:preview", Some(&asked))
            .await?;
        let bar = crate::progress::percent();
        let job = client.ended(job, |percent| bar.set_position(percent)).await;
        bar.finish_and_clear();
        let report = job?["replay"].take();
        if report.is_null() {
            return Err(anyhow!("the server gave no report").into());
        }
        match arguments.format {
            Format::Json => print_json(&report),
            Format::Text => print(&show::report(&report, client.speech())),
        }
    })
}

/// Scope and condition, as the API takes them.
fn proposed(proposal: &Proposal, speech: Speech) -> Result<Value, Failure> {
    let condition = condition::of(proposal).map_err(|text| Failure::usage(said(speech, &text)))?;
    Ok(json!({"scope": proposal.scope.code(), "condition": condition}))
}

/// When a whitelist ends: a time, or a day (UTC), at whose beginning it does.
fn ends(text: &str, speech: Speech) -> Result<Time, Failure> {
    let parsed = Time::parse(text).or_else(|_| Time::parse(&format!("{text}T00:00:00Z")));
    parsed.map_err(|_| {
        let text = LocalText::new(
            format!(
                "`{text}` is not a time; expected a day such as `2026-12-31`, or `2026-12-31T18:00:00+08:00`"
            ),
            format!("`{text}` 不是有效时间；应为日期（如 `2026-12-31`）或 `2026-12-31T18:00:00+08:00`"),
        );
        Failure::usage(said(speech, &text))
    })
}
