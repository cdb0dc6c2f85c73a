/** The body of an answer as text. Rejects once it has more than `maxBytes`, and reads no further. */
export async function boundedText(response: Response, maxBytes: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.byteLength;
    if (bytes > maxBytes) throw new Error(`more than ${maxBytes} bytes`); // leaving the loop ends the transfer
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
