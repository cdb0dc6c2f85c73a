import type { Conversation } from './conversation';

/** What a door needs of a session, one that goes on or one that is over. */
export type DoorConversation = Pick<
  Conversation,
  | 'attach'
  | 'chat'
  | 'credits$'
  | 'detach'
  | 'dropped'
  | 'end'
  | 'endStream'
  | 'epoch'
  | 'failed$'
  | 'gap'
  | 'identity'
  | 'media'
  | 'mediaMs'
  | 'openStream'
  | 'participant'
  | 'pause'
  | 'paused'
  | 'points'
  | 'restateLanguage'
  | 'results'
  | 'sentBefore'
  | 'skipTo'
  | 'spans'
  | 'unpause'
  | 'updateConsent'
>;
