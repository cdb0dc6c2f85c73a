/** Why there is no recording to search by; as the service says things: what was wrong, and what to do. */
export class SoundError extends Error {
  constructor(
    message: string,
    readonly advice: string,
  ) {
    super(message);
    this.name = 'SoundError';
  }
}
