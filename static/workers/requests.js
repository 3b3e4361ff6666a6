// @ts-check
/**
 * Tells the pages of every request that this worker makes, and of every one that its policy stops.
 * Import it first: what came before is told as well, as far as the browser has kept it.
 */

import { CHANNEL, observeRequests } from "../network.js";

const channel = new BroadcastChannel(CHANNEL);
observeRequests((seen) => channel.postMessage(seen));
