// Makes a photo smaller, off the page's thread: a camera takes more than a form needs, and more than a cheap phone holds twice.
//
// In: { blob, pixels }, the most that its longer side may have. Out: { bytes }, a JPEG the right way up; or { failed: true }.

onmessage = async ({ data: { blob, pixels } }) => {
  try {
    const whole = await createImageBitmap(blob, { imageOrientation: "from-image" });
    const scale = Math.min(1, pixels / Math.max(whole.width, whole.height));
    const width = Math.max(1, Math.round(whole.width * scale));
    const height = Math.max(1, Math.round(whole.height * scale));
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    // A JPEG has no holes.
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = "high";
    context.drawImage(whole, 0, 0, width, height);
    whole.close();
    const small = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
    const bytes = await small.arrayBuffer();
    postMessage({ bytes }, [bytes]);
  } catch {
    postMessage({ failed: true });
  }
};
