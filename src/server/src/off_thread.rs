//! Work that takes a while, where it holds up nobody.

use crate::answer::Refusal;

/// Does what computes or blocks off the async threads.
pub(crate) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    // Where the panic happened is in the log already.
    tokio::task::spawn_blocking(work).await.map_err(|_| Refusal::fault(&"a request panicked"))?
}
