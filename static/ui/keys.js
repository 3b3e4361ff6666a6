// @ts-check
/** Keys and pastes that mean something anywhere on the page. */

/**
 * Starts listening for the app; the returned function ends it.
 * @param {import("./app.js").FossickApp} app
 */
export function listen(app) {
  const abort = new AbortController();
  const { signal } = abort;
  window.addEventListener("keydown", (event) => onKey(app, event), { signal });
  window.addEventListener("paste", (event) => onPaste(app, event), { signal });
  for (const type of ["keydown", "pointerdown", "wheel"]) {
    const used = () => app.engine.fossick?.used();
    window.addEventListener(type, used, { signal, capture: true, passive: true });
  }
  document.addEventListener("pointerdown", (event) => closeMenus(event), { signal });
  return () => abort.abort();
}

/**
 * @param {import("./app.js").FossickApp} app
 * @param {KeyboardEvent} event
 */
function onKey(app, event) {
  if (!app.box) return; // It is locked.
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  if (document.querySelector("dialog[open]") || inField(event.target)) return;
  if (event.key === "/") app.box.focusBox();
  else if (event.key === "?") app.help();
  else if (event.key === "Escape") void app.opening.close();
  else if (event.key === "ArrowDown") return walk(app, event, 1);
  else if (event.key === "ArrowUp") return walk(app, event, -1);
  else return;
  event.preventDefault();
}

/**
 * ↑ and ↓ on a hit's own button move the focus with them; above the first is the box.
 * @param {import("./app.js").FossickApp} app
 * @param {KeyboardEvent} event
 * @param {number} delta
 */
function walk(app, event, delta) {
  const button = event.target instanceof HTMLElement ? event.target.closest("[data-hit]") : null;
  if (!(button instanceof HTMLElement)) return;
  event.preventDefault();
  const index = Number(button.dataset.hit) + delta;
  const next = app.querySelector(`[data-hit="${index}"]`);
  app.active = index;
  if (next instanceof HTMLElement) {
    next.focus();
    app.move(0);
  } else if (index < 0) {
    app.active = -1;
    app.box.input.focus();
  } else {
    app.active = index - 1;
  }
}

/**
 * @param {import("./app.js").FossickApp} app
 * @param {ClipboardEvent} event
 */
function onPaste(app, event) {
  const { clipboardData } = event;
  if (!app.box || !clipboardData || document.querySelector("dialog[open]")) return;
  if (clipboardData.files.length > 0) {
    event.preventDefault();
    app.collecting.push([...clipboardData.files]);
    return;
  }
  const text = clipboardData.getData("text/plain");
  if (inField(event.target) || !text.trim()) return;
  event.preventDefault();
  app.note(text);
}

/** @param {EventTarget | null} target */
function inField(target) {
  const typed = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";
  return target instanceof Element && target.closest(typed) !== null;
}

/** @param {Event} event */
function closeMenus(event) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(/** @type {Node} */ (event.target))) menu.removeAttribute("open");
  }
}
