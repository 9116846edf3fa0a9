// Shows a chosen photo before it is sent.
(() => {
  "use strict";
  const field = document.querySelector("input[type=file][name=picture]");
  const card = document.querySelector("[data-preview] .pic");
  if (!field || !card) return;
  field.addEventListener("change", () => {
    const file = field.files[0];
    if (!file || !file.type.startsWith("image/")) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      const picture = document.createElement("img");
      picture.alt = "";
      picture.src = reader.result;
      card.replaceChildren(picture);
    });
    reader.readAsDataURL(file);
  });
})();
