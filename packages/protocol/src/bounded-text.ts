/** The body of an answer as UTF-8. Rejects once it has more than `maxBytes`, and reads no further. */
export async function boundedText(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.byteLength;
    if (bytes > maxBytes) throw new Error(`it sent more than ${maxBytes} bytes`); // leaving the loop ends the transfer
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}
