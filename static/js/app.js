// What the pages add when scripts run; without them every link and form works on its own.
(() => {
  "use strict";
  const root = document.documentElement;
  const region = () => document.getElementById("toasts");

  function toast(text, bad) {
    if (!region() || !text) return;
    const line = document.createElement("div");
    line.className = bad ? "toast bad" : "toast";
    line.textContent = text;
    region().append(line);
    setTimeout(() => line.remove(), 9000);
  }

  // Copying works on plain http too, where navigator.clipboard is missing.
  async function copy(text) {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
    } else {
      const area = document.createElement("textarea");
      area.value = text;
      area.className = "vh";
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    toast(region() && region().dataset.copied);
  }

  async function share(button) {
    const { title, text, url } = button.dataset;
    if (!navigator.share) return copy([text, url].filter(Boolean).join(" "));
    try {
      await navigator.share({ title, text, url });
    } catch (stopped) {
      if (stopped.name !== "AbortError") await copy([text, url].filter(Boolean).join(" "));
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy],[data-share],[data-print]");
    if (button && "copy" in button.dataset) copy(button.dataset.copy);
    else if (button && "share" in button.dataset) share(button);
    else if (button) print();
    for (const menu of document.querySelectorAll("details.dd[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest("details.dd[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    const search = document.querySelector("[data-search]");
    if (event.key !== "/" || !search || event.target.closest("input,textarea,select,[contenteditable]")) return;
    event.preventDefault();
    search.focus();
  });

  // A form is sent once: the button keeps its label and refuses the second press.
  function release(form) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[type=submit]")) button.removeAttribute("aria-disabled");
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if ("forget" in form.dataset && window.caches) caches.keys().then((names) => names.forEach((n) => caches.delete(n)));
    if (!("once" in form.dataset)) return;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sent = "1";
    for (const button of form.querySelectorAll("[type=submit]")) button.setAttribute("aria-disabled", "true");
  }, true);
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("meta[name=csrf-token]");
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.content;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("form[data-sent]");
    if (form) release(form);
  });
  document.addEventListener("htmx:responseError", () => toast(region() && region().dataset.failed, true));
  document.addEventListener("htmx:sendError", () => toast(region() && region().dataset.weak, true));

  // After a swap the reader stands at the first error or at the new heading; polled parts mark neither.
  function settle(part) {
    const dialog = part.querySelector("dialog[data-modal]:not([open])");
    if (dialog) dialog.showModal();
    const goal = part.querySelector("[aria-invalid=true]") || part.querySelector("[data-focus]");
    if (goal) goal.focus();
  }
  document.addEventListener("htmx:afterSettle", (event) => settle(event.target));
  const problem = document.querySelector("main [data-focus],main [aria-invalid=true]");
  if (problem) problem.focus();

  // The card page asks to be kept for the times without a connection.
  if (root.dataset.offline && navigator.serviceWorker) {
    navigator.serviceWorker.register(root.dataset.offline).then(() => navigator.serviceWorker.ready).then((worker) => {
      const files = [...document.querySelectorAll("link[rel=stylesheet],script[src]")].map((f) => f.href || f.src);
      worker.active.postMessage({ keep: [location.pathname, ...files] });
    }).catch(() => {});
  }
})();
