// @ts-check
/** What is in use: versions, storage, model and device. */

/**
 * @param {import("./client.js").Fossick} fossick
 * @returns {import("./fossick.js").Info}
 */
export function infoOf(fossick) {
  const { host, started, embedder } = fossick;
  const loading = host.info.state === "loading" && !fossick.leftModel();
  const running = host.info.state === "ready" && !fossick.leftModel();
  return {
    version: started?.versions.fossick ?? "",
    versions: started?.versions ?? {},
    collection: fossick.options.collection,
    storage: started?.storage.kind ?? "",
    writable: fossick.writable,
    sealed: fossick.sealed.isSealed,
    room: fossick.room.info,
    isolated: Boolean(globalThis.crossOriginIsolated),
    state: loading ? "loading" : running ? "ready" : embedder ? "fallback" : "none",
    model: embedder?.model ?? null,
    dim: embedder?.dim ?? 0,
    dtype: running ? host.info.dtype : (embedder?.dtype ?? ""),
    device: running
      ? /** @type {import("./models.js").Device} */ (host.info.device)
      : loading
        ? ""
        : (embedder?.device ?? "none"),
    adapter: running ? host.info.adapter : "",
    runtime: running ? host.info.runtime : "",
    threads: running ? host.info.threads : 0,
    modelMilliseconds: running ? host.info.loadMs : 0,
    tokensPerSecond: running ? host.info.tokensPerSecond : 0,
    left: host.info.left,
    upgrade: fossick.upgrading.progress && {
      done: fossick.upgrading.progress.done,
      total: fossick.upgrading.progress.total,
      secondsLeft: fossick.upgrading.progress.secondsLeft,
      paused: fossick.upgrading.paused,
    },
    start: started?.startup.origin ?? "",
    boot: started ? { ...started.startup.timings, page: fossick.openedAfter } : {},
  };
}
