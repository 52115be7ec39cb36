//! The bucket of a server's attachments, as `serve`, `backup` and `restore` are told of it. Its key is in no argument.

use std::path::PathBuf;

use doorstep_server::BucketFiles;

/// What was said of it.
pub struct BucketOptions {
    /// The file that describes it.
    pub bucket: Option<PathBuf>,
    /// The file with its key.
    pub secrets: Option<PathBuf>,
}

impl BucketOptions {
    /// What the environment says, which arguments go before.
    pub fn from_environment() -> BucketOptions {
        BucketOptions { bucket: path_from("DOORSTEP_S3"), secrets: path_from("DOORSTEP_S3_SECRETS") }
    }

    /// Both files, if there is a bucket.
    pub fn files(self) -> Result<Option<BucketFiles>, &'static str> {
        match (self.bucket, self.secrets) {
            (Some(bucket), secrets) => Ok(Some(BucketFiles { bucket, secrets })),
            (None, Some(_)) => Err("--s3-secrets are for the bucket of --s3, which is missing"),
            (None, None) => Ok(None),
        }
    }
}

/// A path that the environment says.
pub fn path_from(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from)
}
