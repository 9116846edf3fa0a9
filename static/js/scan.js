// Reads a code with the camera where the browser can; everywhere else the code is typed.
(() => {
  "use strict";
  const frame = document.querySelector("[data-scan]");
  const field = document.querySelector("[data-scan-into]");
  if (!frame || !field || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const start = frame.querySelector("button");
  const text = frame.querySelector("[role=status]");
  const video = document.createElement("video");
  video.muted = true;
  video.setAttribute("playsinline", "");
  let detector;
  let stream;

  function stop() {
    if (stream) for (const track of stream.getTracks()) track.stop();
    stream = undefined;
    video.remove();
    frame.classList.remove("on");
    start.hidden = false;
    text.textContent = "";
  }

  async function look() {
    if (!stream) return;
    const codes = await detector.detect(video).catch(() => []);
    if (!stream) return;
    if (codes.length && codes[0].rawValue) {
      field.value = codes[0].rawValue.slice(0, field.maxLength);
      if (navigator.vibrate) navigator.vibrate(60);
      stop();
      field.form.requestSubmit();
    } else {
      setTimeout(look, 150);
    }
  }

  async function open() {
    start.hidden = true;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      start.hidden = false;
      text.textContent = frame.dataset.denied;
      field.focus();
      return;
    }
    video.srcObject = stream;
    frame.prepend(video);
    frame.classList.add("on");
    text.textContent = frame.dataset.hint;
    await video.play();
    look();
  }

  async function offer() {
    const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
    if (!formats.includes("qr_code")) return;
    detector = new BarcodeDetector({ formats: ["qr_code"] });
    frame.hidden = false;
    start.addEventListener("click", open);
    document.addEventListener("visibilitychange", () => document.hidden && stop());
    if ("now" in frame.dataset) open();
  }
  offer();
})();
