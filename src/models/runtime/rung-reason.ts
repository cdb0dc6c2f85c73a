import { RapportError } from '@rapport-live/protocol';

const MAX_REASON_CHARACTERS = 400;

/** Why a rung failed, in one line: what ONNX Runtime or the parity test says, without its source file and function. */
export function reasonOf(error: unknown): string {
  const told = error instanceof RapportError && error.cause instanceof Error ? error.cause : error;
  return oneLine(told instanceof Error ? told.message : String(told));
}

/** What native code wrote beside its exception: the library that is missing, mostly. */
export function nativeHint(stderr: string): string | undefined {
  const found = /with error: (.+)/.exec(stderr) ?? /Warning: (.+)/.exec(stderr);
  return found ? oneLine(found[1] as string) : undefined;
}

function oneLine(text: string): string {
  return text
    .replace(/^\/onnxruntime_src[^]*? was false\. /, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_REASON_CHARACTERS);
}
