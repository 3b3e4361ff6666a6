// @ts-check
import { LitElement } from "../vendor/lit.js";

/**
 * A lit component that renders into the page itself: labels, live regions and stylesheets then
 * reach it as they reach any other markup.
 */
export class LightElement extends LitElement {
  createRenderRoot() {
    this.replaceChildren();
    return this;
  }

  /**
   * Fires a bubbling event for the component above.
   * @param {string} type
   * @param {unknown} [detail]
   */
  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }
}
