// Reads a barcode or QR code from a photo, off the page's thread, where the browser reads none itself.
//
// In: { blob, pixels }, the most that the photo's longer side need have. Out: { text }, nothing if there is none in it; or { missing: true }:
// what reads it (src/codes) is not on this device yet, and there is no network.

onmessage = async ({ data: { blob, pixels } }) => {
  try {
    importScripts("/doorstep-codes.js");
    await wasm_bindgen({ module_or_path: "/doorstep-codes_bg.wasm" });
  } catch {
    postMessage({ missing: true });
    return;
  }
  try {
    const whole = await createImageBitmap(blob, { imageOrientation: "from-image" });
    const scale = Math.min(1, pixels / Math.max(whole.width, whole.height));
    const width = Math.max(1, Math.round(whole.width * scale));
    const height = Math.max(1, Math.round(whole.height * scale));
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    context.imageSmoothingQuality = "high";
    context.drawImage(whole, 0, 0, width, height);
    whole.close();
    postMessage({ text: wasm_bindgen.read(context.getImageData(0, 0, width, height).data, width) });
  } catch {
    postMessage({});
  }
};
