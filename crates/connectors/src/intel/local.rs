//! A feed that is a file of this machine: only below the folder that the configuration opens for it, because whoever
//! sets up feeds is not meant to read the rest of the machine by their problems.

use std::{
    io::{self, Read as _},
    path::{Component, Path, PathBuf},
    time::UNIX_EPOCH,
};

/// Bytes such a file may have.
const LARGEST: u64 = 1 << 30;

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// It is, or leads, outside of the folder.
    #[error("`{0}` is not a path below the folder for feeds")]
    Outside(PathBuf),
    /// It is too large.
    #[error("`{0}` has more than {LARGEST} bytes")]
    TooLarge(PathBuf),
    /// It cannot be read.
    #[error("cannot read `{path}`")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// Reads a file below `folder`; nothing if it is as it was when it gave `cursor`. The text, and the cursor for next time.
pub fn read_local(
    folder: &Path,
    path: &Path,
    cursor: Option<&str>,
) -> Result<Option<(Vec<u8>, String)>, LocalError> {
    let plain = path
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let outside = || LocalError::Outside(path.to_owned());
    if !plain {
        return Err(outside());
    }
    let failed = |source| LocalError::Read {
        path: path.to_owned(),
        source,
    };
    // A link may lead anywhere.
    let root = folder.canonicalize().map_err(failed)?;
    let real = root.join(path).canonicalize().map_err(failed)?;
    if !real.starts_with(&root) {
        return Err(outside());
    }
    let file = std::fs::File::open(&real).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    if about.len() > LARGEST {
        return Err(LocalError::TooLarge(path.to_owned()));
    }
    let changed = about
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .unwrap_or_default();
    let stamp = format!("file {} {}", changed.as_nanos(), about.len());
    if cursor == Some(stamp.as_str()) {
        return Ok(None);
    }
    let mut text = Vec::new();
    file.take(LARGEST).read_to_end(&mut text).map_err(failed)?;
    Ok(Some((text, stamp)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_files_below_the_folder_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let feeds = folder.path().join("feeds");
        std::fs::create_dir(&feeds).unwrap();
        std::fs::write(feeds.join("a.txt"), "203.0.113.7\n").unwrap();
        std::fs::write(folder.path().join("secret"), "s").unwrap();
        std::os::unix::fs::symlink(folder.path().join("secret"), feeds.join("link")).unwrap();
        let (text, stamp) = read_local(&feeds, Path::new("./a.txt"), None).unwrap().unwrap();
        assert_eq!(text, b"203.0.113.7\n");
        assert!(
            read_local(&feeds, Path::new("a.txt"), Some(&stamp))
                .unwrap()
                .is_none()
        );
        for outside in ["../secret", "/etc/passwd", "link"] {
            let error = read_local(&feeds, Path::new(outside), None).unwrap_err();
            assert!(matches!(error, LocalError::Outside(_)), "{outside}: {error:?}");
        }
        assert!(matches!(
            read_local(&feeds, Path::new("none"), None),
            Err(LocalError::Read { .. })
        ));
    }
}
