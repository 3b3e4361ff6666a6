// @ts-check
import { html, svg } from "../vendor/lit.js";

/** Line icons on a 24 by 24 grid; decorative, the control beside them carries the name. */
export const paths = {
  search: svg`<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>`,
  add: svg`<path d="M12 5v14M5 12h14"/>`,
  files: svg`<path d="M14 3H7a1.5 1.5 0 0 0-1.5 1.5v15A1.5 1.5 0 0 0 7 21h10a1.5 1.5 0 0 0 1.5-1.5V7.5z"/><path d="M14 3v4.5h4.5"/>`,
  folder: svg`<path d="M3.5 18V6.5A1.5 1.5 0 0 1 5 5h4.2l2 2.5H19A1.5 1.5 0 0 1 20.5 9v9a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 18z"/>`,
  note: svg`<path d="M5 4.5h14v10L14 20H5z"/><path d="M19 14.5h-5V20M8.5 9h7M8.5 12.5h4"/>`,
  close: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  help: svg`<circle cx="12" cy="12" r="8.5"/><path d="M9.6 9.4a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.2.9-1.2 1.8M12 16.6v.1"/>`,
  sun: svg`<circle cx="12" cy="12" r="4"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4"/>`,
  moon: svg`<path d="M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z"/>`,
  auto: svg`<circle cx="12" cy="12" r="8"/><path d="M12 4a8 8 0 0 1 0 16z" fill="currentColor"/>`,
  filter: svg`<path d="M4 6.5h16M7 12h10M10 17.5h4"/>`,
  up: svg`<path d="m6 14.5 6-6 6 6"/>`,
  down: svg`<path d="m6 9.5 6 6 6-6"/>`,
  next: svg`<path d="m9.5 6 6 6-6 6"/>`,
  smaller: svg`<path d="M6 12h12"/>`,
  larger: svg`<path d="M12 6v12M6 12h12"/>`,
  back: svg`<path d="m14.5 6-6 6 6 6"/>`,
  warning: svg`<path d="M12 4 2.8 19.5h18.4z"/><path d="M12 10v4.5M12 17v.1"/>`,
  check: svg`<path d="m5 12.5 4.5 4.5L19 7.5"/>`,
  lock: svg`<rect x="5.5" y="10.5" width="13" height="9.5" rx="2"/><path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5"/>`,
  bin: svg`<path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13"/>`,
  again: svg`<path d="M19 12a7 7 0 1 1-2.2-5.1L19.5 9.5"/><path d="M19.5 4.5v5h-5"/>`,
  info: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5M12 7.6v.1"/>`,
};

/** @param {keyof typeof paths} name */
export function icon(name) {
  return html`<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths[name]}</svg>`;
}

/** The mark of the product: a nugget under the glass. */
export function logo() {
  return html`<svg class="logo" viewBox="0 0 64 64" aria-hidden="true">
    <circle class="ring" cx="28" cy="28" r="20"/><path class="handle" d="m43 43 15 15"/>
    <path class="nugget" d="m28 17 9.5 7.2-3.6 11.6H22.1l-3.6-11.6z"/><path class="glint" d="m28 17 9.5 7.2-9.5 3.3z"/>
  </svg>`;
}
