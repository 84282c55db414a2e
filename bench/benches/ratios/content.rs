//! The sources and rules of the content folder, as the binary carries them.

use anyhow::Context as _;
use detect::{RuleSet, RuleSource};
use model::{Origin, ProductId, SourceId, TenantId, Time};
use normalise::{Catalogue, ContentFile, SourceContext};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Everything the stages are built from.
pub struct Content {
    /// How logs are read.
    pub catalogue: Catalogue,
    /// All predefined rules, on.
    pub rules: Arc<RuleSet>,
    /// Their files.
    pub sources: Vec<RuleSource>,
    tenant: TenantId,
}

impl Content {
    /// Reads and compiles the content folder.
    pub fn load() -> anyhow::Result<Self> {
        let catalogue =
            Catalogue::load(&files("sources")?).map_err(|errors| anyhow::anyhow!("{}", errors[0]))?;
        let sources: Vec<RuleSource> = files("rules")?
            .into_iter()
            .map(|file| RuleSource {
                file: file.path,
                text: file.text,
                origin: Origin::Predefined,
                enabled: true,
                testing: false,
            })
            .collect();
        let (rules, errors) = RuleSet::compile(catalogue.schema(), &sources);
        anyhow::ensure!(errors.is_empty(), "{}", errors[0]);
        Ok(Self {
            catalogue,
            rules: Arc::new(rules),
            sources,
            tenant: TenantId::default(),
        })
    }

    /// A source of a product, connected in UTC.
    pub fn context<'a>(&'a self, product: &'a ProductId, position: &'a [u8]) -> SourceContext<'a> {
        SourceContext {
            tenant: &self.tenant,
            source: SourceId::from_bits(1),
            product,
            account: None,
            utc_offset_minutes: 0,
            received: Time::from_secs(1_795_400_000),
            position,
        }
    }
}

/// A folder of the content.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../content")
        .join(name)
}

/// The YAML files below a folder of the content, by their paths from there, in order.
fn files(name: &str) -> anyhow::Result<Vec<ContentFile>> {
    let mut found = Vec::new();
    let mut open = vec![folder(name)];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            for entry in std::fs::read_dir(&path)? {
                open.push(entry?.path());
            }
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            let place = path
                .strip_prefix(folder(""))
                .context("a file outside of the content")?;
            found.push(ContentFile {
                path: place.display().to_string(),
                text: std::fs::read_to_string(&path)?,
            });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}
