/** Claude counts an image by its area, up to what it is scaled down to; other families count less. */
const PIXELS_PER_TOKEN = 750;
const MOST_PER_IMAGE = 4_800;
const UNKNOWN_SIZE = 1_600;

/** About how many tokens an image is, leaning high. @param base64 its data, where it is known */
export function imageTokens(base64: string | undefined): number {
  const area = base64 === undefined ? undefined : pngArea(base64);
  return area === undefined ? UNKNOWN_SIZE : Math.min(MOST_PER_IMAGE, Math.ceil(area / PIXELS_PER_TOKEN));
}

/** Width and height stand in bytes 16 to 23 of every PNG; the first 32 characters of base64 hold the first 24. */
function pngArea(base64: string): number | undefined {
  if (!base64.startsWith('iVBORw0KGgo')) return undefined;
  try {
    const bytes = Uint8Array.from(atob(base64.slice(0, 32)), (byte) => byte.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    return view.getUint32(16) * view.getUint32(20);
  } catch {
    return undefined;
  }
}
