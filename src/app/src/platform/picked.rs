//! Files that the reader picks or takes: read, made smaller where they are photos, and shown again.

use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, FilePropertyBag, HtmlInputElement, Url};

use super::errand;
use super::events::document;

/// What makes photos smaller.
const DOWNSCALE: &str = "/downscale.js";

/// A file as the reader picked it.
#[derive(Debug)]
pub struct Picked {
    file: File,
}

/// The file that was picked in the file field of that id; the field is empty again after it.
pub fn take(id: &str) -> Option<Picked> {
    let field: HtmlInputElement = document().get_element_by_id(id)?.dyn_into().ok()?;
    let file = field.files()?.get(0)?;
    // The same file may be picked again, and then that is to be noticed.
    field.set_value("");
    Some(Picked { file })
}

/// All files that were picked in it, as [`take`].
pub fn take_all(id: &str) -> Vec<Picked> {
    let field = document().get_element_by_id(id).and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
    let Some((field, files)) = field.and_then(|field| field.files().map(|files| (field, files))) else {
        return Vec::new();
    };
    let all = (0..files.length()).filter_map(|at| files.get(at)).map(Picked::from).collect();
    field.set_value("");
    all
}

/// Opens the browser's dialog for the file field of that id. Only while a tap is being answered.
pub fn ask(id: &str) {
    let field = document().get_element_by_id(id).and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
    if let Some(field) = field {
        field.click();
    }
}

impl From<File> for Picked {
    fn from(file: File) -> Picked {
        Picked { file }
    }
}

impl Picked {
    /// What it is called. For what is nobody's: a name may say who it is about.
    pub fn name(&self) -> String {
        self.file.name()
    }

    /// A file that was made here, of these bytes.
    pub fn of(bytes: &[u8], media_type: &str, name: &str) -> Option<Picked> {
        Picked::of_parts(&Array::of1(&Uint8Array::from(bytes)), media_type, name)
    }

    /// The same, of parts that the browser has.
    pub(super) fn of_parts(parts: &Array, media_type: &str, name: &str) -> Option<Picked> {
        let options = FilePropertyBag::new();
        options.set_type(media_type);
        let file = File::new_with_blob_sequence_and_options(parts, name, &options).ok()?;
        Some(Picked { file })
    }

    /// How many bytes it has.
    pub fn size(&self) -> u64 {
        self.file.size() as u64
    }

    /// What it is, as the browser says: `image/jpeg`; often nothing.
    pub fn media_type(&self) -> String {
        self.file.type_()
    }

    /// The end of its name: `pdf`. The rest of a name may say who it is about, and is left behind.
    pub fn ending(&self) -> Option<String> {
        let name = self.file.name();
        let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
        let short = (1..=5).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
        short.then_some(ending)
    }

    /// The file itself, for the browser's own readers.
    pub(super) fn blob(&self) -> &File {
        &self.file
    }

    /// Its bytes. `None` if it can't be read any more.
    pub async fn bytes(&self) -> Option<Vec<u8>> {
        let bytes = JsFuture::from(self.file.array_buffer()).await.ok()?;
        Some(Uint8Array::new(&bytes).to_vec())
    }

    /// As a JPEG whose longer side has at most so many pixels. `None` if the browser can't read it as a picture.
    pub async fn downscaled(&self, pixels: u32) -> Option<Vec<u8>> {
        let answer = errand::run(DOWNSCALE, &[("blob", &self.file), ("pixels", &pixels.into())]).await?;
        let bytes = Reflect::get(&answer, &"bytes".into()).ok().filter(|bytes| !bytes.is_undefined())?;
        Some(Uint8Array::new(&bytes).to_vec())
    }
}

/// An address under which the page shows bytes, as long as this lives.
#[derive(Debug)]
pub struct Shown {
    url: String,
}

impl Shown {
    /// For bytes of that media type.
    pub fn new(bytes: &[u8], media_type: &str) -> Option<Shown> {
        Shown::of_array(&Uint8Array::from(bytes), media_type)
    }

    /// The same, of bytes that the browser has.
    pub(super) fn of_array(bytes: &Uint8Array, media_type: &str) -> Option<Shown> {
        let parts = Array::of1(bytes);
        let options = BlobPropertyBag::new();
        options.set_type(media_type);
        let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
        Shown::blob(&blob)
    }

    /// For a file that is not kept yet.
    pub fn of(picked: &Picked) -> Option<Shown> {
        Shown::blob(&picked.file)
    }

    fn blob(blob: &Blob) -> Option<Shown> {
        Some(Shown { url: Url::create_object_url_with_blob(blob).ok()? })
    }

    /// The address.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        // Fails only for what is no address of ours.
        let _ = Url::revoke_object_url(&self.url);
    }
}
