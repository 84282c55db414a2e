//! Playbooks: what there is to run. Writing them comes later; these come with the product.

use super::{
    Shared,
    caller::Viewer,
    dto::{PlaybookRef, Text, name},
    extract::Id,
    problem::{Problem, ProblemBody},
};
use crate::app::App;
use axum::{Json, extract::State};
use model::{LocalText, PlaybookId, playbook::PlaybookState};
use respond::{
    cacao,
    component::{self, Component},
};
use serde::Serialize;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use store::PlaybookVersion;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of playbooks.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(fetch))
}

/// A playbook.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Playbook {
    /// Its CACAO id.
    id: String,
    /// What it is called.
    name: Text,
    /// What it does.
    description: Text,
    /// Which version of it is published; counts from 1.
    version: u32,
    /// `draft`, `published` or `history`.
    state: String,
    /// What it does to an entity, such as `block_ip`; null if it does nothing to one.
    operation: Option<String>,
    /// The types of entity it takes.
    entity_kinds: BTreeSet<&'static str>,
}

/// A playbook with its text.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct PlaybookDetail {
    /// The playbook.
    #[serde(flatten)]
    playbook: Playbook,
    /// The CACAO 2.0 document.
    text: String,
}

impl Playbook {
    fn of(version: &PlaybookVersion) -> Option<Self> {
        let parsed = parse(version)?;
        let components = components(&parsed);
        Some(Self {
            id: parsed.id.0,
            name: parsed.title.into(),
            description: parsed.summary.into(),
            version: version.version,
            state: name(&version.state),
            operation: components.first().map(|component| name(&component.operation)),
            entity_kinds: components
                .iter()
                .map(|component| component.takes.code())
                .collect(),
        })
    }
}

/// List the playbooks that can be run.
#[utoipa::path(
    get, path = "/playbooks", operation_id = "list_playbooks", tag = "playbooks",
    responses((status = 200, body = Vec<Playbook>), (status = "default", body = ProblemBody))
)]
async fn list(_: Viewer, State(app): Shared) -> Result<Json<Vec<Playbook>>, Problem> {
    let versions = app
        .store
        .playbook_list(&app.tenant, PlaybookState::Published)
        .await?;
    Ok(Json(versions.iter().filter_map(Playbook::of).collect()))
}

/// Fetch the published version of a playbook.
#[utoipa::path(
    get, path = "/playbooks/{id}", operation_id = "fetch_playbook", tag = "playbooks",
    params(("id" = String, Path, description = "`playbook--…`")),
    responses((status = 200, body = PlaybookDetail), (status = "default", body = ProblemBody))
)]
async fn fetch(_: Viewer, State(app): Shared, Id(id): Id<String>) -> Result<Json<PlaybookDetail>, Problem> {
    let not_found = || Problem::not_found(&id);
    let version = app
        .store
        .playbook_fetch(&app.tenant, &PlaybookId(id.clone()), None)
        .await?;
    let version = version.ok_or_else(not_found)?;
    let playbook = Playbook::of(&version).ok_or_else(not_found)?;
    Ok(Json(PlaybookDetail {
        playbook,
        text: version.text,
    }))
}

/// What playbooks are called and what they act on, for lists that only have their ids.
pub struct Titles(HashMap<PlaybookId, (LocalText, Option<&'static str>)>);

impl Titles {
    /// Those of all published playbooks.
    pub async fn of(app: &App) -> Result<Self, store::Error> {
        let versions = app
            .store
            .playbook_list(&app.tenant, PlaybookState::Published)
            .await?;
        let titles = versions.iter().filter_map(parse).map(|playbook| {
            let system = components(&playbook).first().map(|component| component.system);
            (playbook.id, (playbook.title, system))
        });
        Ok(Self(titles.collect()))
    }

    /// A playbook by name; by its id where it is no longer published.
    pub fn name(&self, id: &PlaybookId) -> PlaybookRef {
        let title = self
            .0
            .get(id)
            .map_or_else(|| LocalText::same(id.0.clone()), |(title, _)| title.clone());
        PlaybookRef {
            id: id.0.clone(),
            name: title.into(),
        }
    }

    /// The product a playbook acts on.
    pub fn system(&self, id: &PlaybookId) -> Option<&'static str> {
        self.0.get(id).and_then(|(_, system)| *system)
    }
}

/// One that cannot be read was refused when it was saved, unless another version of the product saved it.
fn parse(version: &PlaybookVersion) -> Option<cacao::Playbook> {
    cacao::Playbook::parse(&version.text)
        .inspect_err(|_| tracing::error!("playbook `{}` cannot be read", version.id))
        .ok()
}

fn components(playbook: &cacao::Playbook) -> Vec<Component> {
    playbook
        .components()
        .iter()
        .filter_map(|(id, system)| component::find(id, system))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use model::Time;

    #[test]
    fn the_shipped_playbook_says_what_it_does() {
        let version = PlaybookVersion {
            id: PlaybookId("playbook--03592fc3-aa0c-5d13-9475-6b08b87220fa".to_owned()),
            version: 3,
            state: PlaybookState::Published,
            name: String::new(),
            text: include_str!("../../../../content/playbooks/block-ip-in-waf.json").to_owned(),
            digest: String::new(),
            author: String::new(),
            changed: Time::from_secs(0),
        };
        let playbook = Playbook::of(&version).unwrap();
        assert_eq!(playbook.id, version.id.0);
        assert_eq!(playbook.operation.as_deref(), Some("block_ip"));
        assert_eq!(playbook.entity_kinds, ["ip"].into());
        assert_eq!((playbook.version, playbook.state.as_str()), (3, "published"));
        assert!(!playbook.name.zh.is_empty() && !playbook.description.zh.is_empty());
    }
}
