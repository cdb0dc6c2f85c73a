/** `ask_for_refund` as words; names of rules and intents of one's own stay as they are written. */
export const spaced = (name: string): string => name.replaceAll('_', ' ');

/** The end of a session's id, where nothing better names it. */
export const shortId = (sessionId: string): string => sessionId.slice(-6);
