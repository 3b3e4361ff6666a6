// @ts-check
import { Fossick } from "../fossick.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { bytes, count } from "./format.js";

/** Milliseconds between two looks. */
const EVERY = 1000;

/** Whom this page and its workers have asked for something. */
export class NetworkLine extends LightElement {
  connectedCallback() {
    super.connectedCallback();
    this.timer = setInterval(() => this.requestUpdate(), EVERY);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  render() {
    const { site, others } = Fossick.network();
    const asked = others.filter(({ requests }) => requests > 0);
    const blocked = others.filter((other) => other.blocked > 0);
    return html`${count(site.requests, "request")} to this site${site.bytes ? html` (${bytes(site.bytes)})` : nothing}, ${asked.length ? "and to" : "none to anybody else"}
      ${asked.map(({ origin, requests, bytes: size }) => html`<span class="block">${origin}: ${count(requests, "request")}${size ? html` (${bytes(size)})` : nothing}</span>`)}
      ${blocked.map((other) => html`<span class="block">${other.origin}: ${count(other.blocked, "address", "addresses")} stopped by the page's policy</span>`)}`;
  }
}

customElements.define("network-line", NetworkLine);
