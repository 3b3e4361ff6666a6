// @ts-check
/**
 * What pdf.js draws on in a worker: canvases without a page.
 *
 * Masks by luminosity are SVG filters to pdf.js, and a worker has none. Here such a filter is a
 * name, and the contexts of our canvases know what it stands for.
 */

/** @typedef {OffscreenCanvasRenderingContext2D} Context */
/** @typedef {{ canvas: OffscreenCanvas | null, context: Context | null }} Surface */

/** Pixels of one canvas; pages that are larger are drawn in fewer. */
export const MOST_PIXELS = 12_000_000;
/** Pixels of one side; browsers differ beyond. */
export const LONGEST_SIDE = 8192;

const LUMINOSITY = "fossick-luminosity";

/** A transfer function of a mask: 256 levels, or none. @type {Map<string, Uint8Array>} */
const levels = new Map();

/** As pdf.js wants it: `create`, `reset` and `destroy` of a canvas with its context. */
export class CanvasFactory {
  /**
   * @param {number} width
   * @param {number} height
   * @returns {Surface}
   */
  create(width, height) {
    if (!(width > 0 && height > 0)) throw new Error("Invalid canvas size");
    const canvas = new OffscreenCanvas(...bounded(width, height));
    return { canvas, context: contextOf(canvas) };
  }

  /**
   * @param {Surface} surface
   * @param {number} width
   * @param {number} height
   */
  reset({ canvas }, width, height) {
    if (!canvas || !(width > 0 && height > 0)) throw new Error("Invalid canvas size");
    [canvas.width, canvas.height] = bounded(width, height);
  }

  /** @param {Surface} surface */
  destroy(surface) {
    if (surface.canvas) surface.canvas.width = surface.canvas.height = 0;
    surface.canvas = surface.context = null;
  }
}

/** As pdf.js wants it; what a worker cannot filter is drawn as it is. */
export class FilterFactory {
  addFilter() {
    return "none";
  }

  addHCMFilter() {
    return "none";
  }

  addHighlightHCMFilter() {
    return "none";
  }

  addAlphaFilter() {
    return "none";
  }

  /** @param {Uint8Array | null} map */
  addLuminosityFilter(map) {
    if (!map) return LUMINOSITY;
    const name = `${LUMINOSITY} ${Array.from(map).join()}`;
    levels.set(name, map);
    return name;
  }

  destroy() {
    levels.clear();
  }
}

/**
 * The context of a canvas, which knows masks by luminosity.
 *
 * @param {OffscreenCanvas} canvas
 * @returns {Context}
 */
export function contextOf(canvas) {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser draws no canvases in workers");
  let name = "none";
  /** @type {(...args: any[]) => void} */
  const draw = context.drawImage.bind(context);
  Object.defineProperty(context, "filter", {
    get: () => name,
    set: (value) => {
      name = value;
    },
  });
  Object.defineProperty(context, "drawImage", {
    value: (/** @type {OffscreenCanvas} */ image, /** @type {number[]} */ ...at) => {
      if (!name.startsWith(LUMINOSITY)) return draw(image, ...at);
      const [x, y, width, height, ...target] = at;
      draw(asMask(image, [x, y, width, height], levels.get(name)), 0, 0, width, height, ...target);
      name = "none";
    },
  });
  return context;
}

/**
 * A stretch of an image as a mask: as opaque as it is light.
 *
 * @param {OffscreenCanvas} image
 * @param {[number, number, number, number]} stretch
 * @param {Uint8Array | undefined} map
 */
function asMask(image, [x, y, width, height], map) {
  const mask = new OffscreenCanvas(width, height);
  const context = /** @type {Context} */ (mask.getContext("2d", { willReadFrequently: true }));
  context.drawImage(image, x, y, width, height, 0, 0, width, height);
  const pixels = context.getImageData(0, 0, width, height);
  const { data } = pixels;
  for (let at = 0; at < data.length; at += 4) {
    const light = Math.round(0.3 * data[at] + 0.59 * data[at + 1] + 0.11 * data[at + 2]);
    data[at + 3] = map ? map[light] : light;
  }
  context.putImageData(pixels, 0, 0);
  return mask;
}

/**
 * @param {number} width
 * @param {number} height
 * @returns {[number, number]}
 */
function bounded(width, height) {
  if (width > LONGEST_SIDE * 2 || height > LONGEST_SIDE * 2 || width * height > 4 * MOST_PIXELS) {
    throw new Error(`A canvas of ${width} × ${height} pixels is too large`);
  }
  return [Math.ceil(width), Math.ceil(height)];
}
