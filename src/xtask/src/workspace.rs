//! Where things lie. Whatever the folder `cargo xtask` was called in, every path starts at the repository's root.

use std::path::{Path, PathBuf};

/// The repository, by its root folder.
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The repository that this program was built from.
    pub fn find() -> Self {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = package.ancestors().nth(2).expect("src/xtask lies two folders below the root");
        Self { root: root.to_path_buf() }
    }

    /// The repository's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path given from the root.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The git-ignored folder that set-up puts tools into.
    pub fn tools(&self) -> PathBuf {
        self.path(".tools")
    }

    /// One of the tools' programs.
    pub fn tool(&self, name: &str) -> PathBuf {
        self.tools().join("bin").join(name)
    }

    /// What Cargo builds into.
    pub fn target(&self) -> PathBuf {
        std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| self.path("target"), |given| self.root.join(given))
    }
}
