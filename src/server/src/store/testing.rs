//! Where the store's tests run: on both databases, each test in a database of its own.

use std::path::PathBuf;
use std::sync::Arc;

use doorstep_postgres::Cluster;
use tempfile::TempDir;

use super::{Store, StoreError};

/// A data folder, and maybe an address beside it.
pub(crate) struct Place {
    folder: TempDir,
    address: Option<String>,
}

impl Place {
    /// An empty folder.
    pub(crate) fn sqlite() -> Place {
        Place { folder: tempfile::tempdir().unwrap(), address: None }
    }

    /// An empty database of a running PostgreSQL.
    pub(crate) fn postgres(cluster: &Arc<Cluster>) -> Place {
        Place { address: Some(cluster.new_database()), ..Place::sqlite() }
    }

    /// The store, opened as another process would.
    pub(crate) async fn open(&self) -> Store {
        self.opening().await.unwrap()
    }

    /// The same, for a task of its own.
    pub(crate) fn opening(&self) -> impl Future<Output = Result<Store, StoreError>> + Send + 'static {
        let (folder, address): (PathBuf, Option<String>) =
            (self.folder.path().to_owned(), self.address.clone());
        async move { Store::open(&folder, address.as_deref()).await }
    }
}

/// Runs on a few threads, as the server does.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work)
}

/// Makes tests of `async fn(&Place)`: each on SQLite by itself, and all of them on one PostgreSQL.
macro_rules! on_each_database {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[test]
                fn $test() {
                    let place = $crate::store::testing::Place::sqlite();
                    $crate::store::testing::block_on(super::$test(&place));
                }
            )+
        }

        #[test]
        fn postgres() {
            let Some(cluster) = doorstep_postgres::Cluster::for_tests() else { return };
            $(
                eprintln!("{}", stringify!($test));
                let place = $crate::store::testing::Place::postgres(&cluster);
                $crate::store::testing::block_on($test(&place));
            )+
        }
    };
}
pub(crate) use on_each_database;
