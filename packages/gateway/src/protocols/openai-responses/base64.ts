/** The bytes of a base64 text. A plain loop: `Uint8Array.from` takes a second for what this does in 50 ms. @throws DOMException when it is none */
export function decodeBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
