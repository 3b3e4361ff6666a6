// @ts-check
/** How ready the page is to start without a network, in a form the page can show. */

/** @typedef {{ state: string, text: string, done: number, total: number }} OfflineStatus */

/**
 * @param {(status: OfflineStatus) => void} onStatus
 * @param {(note: string) => void} _onNote
 */
export function watchOffline(onStatus, _onNote) {
  if (!("serviceWorker" in navigator)) {
    onStatus({ state: "unavailable", text: "This browser offers no offline copy here", done: 0, total: 0 });
  }
}
