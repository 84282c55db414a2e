//! The content folder read from disk, as the binary has it embedded.

use model::{ProductId, SourceId, TenantId, Time};
use normalise::{Catalogue, ContentFile, SourceContext};
use std::path::{Path, PathBuf};

/// `content/` of the workspace.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content")
}

/// Every file below `folder`, sorted.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The YAML files of the sources, with paths from `content/`.
pub fn source_files() -> Vec<ContentFile> {
    let root = folder();
    files_below(&root.join("sources"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "yml"))
        .map(|path| ContentFile {
            path: path
                .strip_prefix(&root)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/"),
            text: std::fs::read_to_string(&path).unwrap(),
        })
        .collect()
}

/// The catalogue of all sources.
pub fn catalogue() -> Catalogue {
    Catalogue::load(&source_files()).unwrap_or_else(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    })
}

/// A source of a product, connected in UTC.
pub fn context<'a>(tenant: &'a TenantId, product: &'a ProductId, position: &'a [u8]) -> SourceContext<'a> {
    SourceContext {
        tenant,
        source: SourceId::from_bits(1),
        product,
        account: None,
        utc_offset_minutes: 0,
        received: Time::parse("2026-11-23T00:00:00Z").unwrap(),
        position,
    }
}
