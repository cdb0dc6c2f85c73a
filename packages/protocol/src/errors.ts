/**
 * The closed list of error codes. Each says where it can appear, how the WebSocket closes (`close`, absent when
 * the session goes on), which HTTP status an upgrade or request gets, which exit status the process ends with,
 * and what to do about it.
 * Close statuses: RFC 6455 section 7.4.1; 4000-4999 are ours (section 7.4.2).
 */
export interface ErrorSpec {
  readonly close?: number;
  readonly http?: number;
  readonly exit?: number;
  /** The client library says so itself; the service never does. */
  readonly client?: true;
  /** What the reader should do. */
  readonly advice: string;
}

export const ERRORS = {
  // at the upgrade
  unsupported_subprotocol: { http: 400, advice: 'Offer the WebSocket subprotocol "rapport.v1".' },
  unknown_path: {
    http: 404,
    advice:
      'Connect to /v1/stream, or to a door that is switched on (docs/doors.md); /v1/tokens and /v1/intents take requests.',
  },
  unauthorized: {
    http: 401,
    close: 4401,
    advice: 'Send a valid API key or JWT in the header "Authorization: Bearer KEY", or a fresh browser token.',
  },
  login_failed: { http: 401, advice: 'Check the name and the password, or ask an administrator for a new one.' },
  login_expired: { http: 401, advice: 'Log in again: POST /v1/login.' },
  forbidden: { http: 403, close: 4403, advice: 'Use a key or token whose scopes and origin allow this.' },
  too_many_sessions: { http: 503, close: 1013, advice: 'Try again after retryAfterMs, or raise the session limit.' },
  quota_exceeded: {
    http: 429,
    close: 1013,
    advice: 'Try again after retryAfterMs, or ask whoever runs the service for a larger quota.',
  },
  rate_limited: { http: 429, advice: 'Try again after retryAfterMs, and less often.' },
  server_shutdown: {
    http: 503,
    close: 1001,
    advice: 'Connect again: another instance, or this one after its restart.',
  },
  // framing and order of messages
  malformed_message: { close: 1007, advice: 'Send text messages as one JSON object in UTF-8.' },
  unknown_type: { advice: 'Use a message type of docs/protocol.md.' },
  invalid_message: { advice: 'Correct the named field; docs/protocol.md has the schema.' },
  not_supported: { advice: 'This part of rapport.v1 is designed but not built in this version: do without it.' },
  session_required: { close: 1002, advice: 'Send session.start first and wait for session.ready.' },
  session_exists: { advice: 'Open one session a connection; end it, or open another connection.' },
  session_timeout: {
    close: 4408,
    advice: 'Send session.start soon after connecting, and media, chat or pings after it.',
  },
  frame_malformed: { close: 1002, advice: 'Send binary frames with the 24-byte header of docs/protocol.md.' },
  message_too_large: { close: 1009, advice: 'Send smaller messages: session.ready states the limits.' },
  // media
  unknown_stream: { advice: 'Name the stream in session.start or stream.open before sending on it.' },
  stream_ended: { advice: 'Nothing may follow the end of a stream.' },
  payload_invalid: { advice: 'Send what the stream declared as its codec; this frame was dropped and counted.' },
  media_too_large: { advice: 'Send stills within the limits of session.ready; this frame was dropped and counted.' },
  video_unavailable: {
    advice: 'Send stills (codec jpeg) and the voice as a stream of its own, or install ffmpeg where the service runs.',
  },
  credit_exceeded: { close: 1008, advice: 'Send no payload byte beyond the last credit of the stream.' },
  frame_out_of_order: {
    close: 1002,
    advice: 'Number frames from 0 without gaps and keep byteOffset the sum of payloads.',
  },
  // resume
  session_elsewhere: { http: 421, close: 4421, advice: 'Connect to the address in the message.' },
  session_unknown: { http: 404, close: 4404, advice: 'The session is over or never was: start a new one.' },
  session_taken_over: { close: 4409, advice: 'A second connection resumed this session: nothing to do here.' },
  resume_expired: { http: 410, close: 4410, advice: 'The resume window has passed: start a new session.' },
  // requests
  invalid_request: {
    http: 400,
    advice: 'Correct what is named; docs/protocol.md and docs/intents.md have the bodies.',
  },
  request_too_large: { http: 413, advice: 'Send less: the message tells the limit.' },
  // about intents
  intent_name: { http: 400, advice: 'Name it as a-z, 0-9 and "_", 2 to 64 characters, not as a default intent.' },
  intent_examples: { http: 422, advice: 'Correct the named examples; docs/intents.md says what makes good ones.' },
  intent_limit: { http: 409, advice: 'Remove an intent first.' },
  intent_unknown: { http: 404, advice: 'GET /v1/intents lists the names.' },
  preview_required: { http: 409, advice: 'Ask for the preview of these examples, look at it, and send its "preview".' },
  intent_not_recommended: { http: 409, advice: 'Change the examples as the message says, or send "force": true.' },
  // about alerts
  alert_rules_invalid: { http: 422, advice: 'Correct the named rule; docs/alerts.md has every condition.' },
  alert_unknown: { http: 404, advice: 'GET /v1/alerts lists the alerts that can be handled.' },
  // about the history
  history_unavailable: {
    http: 503,
    advice: 'Try again; /readyz says under history whether it is off (RAPPORT_HISTORY) or what is wrong with it.',
  },
  moment_unknown: { http: 404, advice: 'Name a session of the history, and a time in it at which somebody spoke.' },
  // the service
  slow_consumer: { close: 1013, advice: 'Read results faster: the unread ones passed the bound.' },
  inference_failed: { advice: 'A model run failed; the window or transcript is announced as degraded.' },
  job_quarantined: {
    advice: 'This input ended the service twice: docs/operations.md says how to have it run again.',
  },
  deadline_passed: { advice: 'The service is behind: the window or transcript is announced as degraded.' },
  overloaded: { http: 503, close: 1013, advice: 'Try again after retryAfterMs.' },
  internal: { http: 500, close: 1011, advice: 'A fault of the service: see its log for the cause.' },
  // the client library
  connection_lost: { client: true, advice: 'The connection could not be made good: start a new session.' },
  session_over: { client: true, advice: 'Nothing can be sent any more: start a new session.' },
  buffer_full: { client: true, advice: 'Wait for what was sent before, or raise the bound that the message names.' },
  media_denied: {
    client: true,
    advice: 'Have the person allow the microphone or camera in the site settings of the browser, then ask again.',
  },
  media_missing: { client: true, advice: 'Plug in or choose a microphone or camera that is there.' },
  media_busy: { client: true, advice: 'Close the other program that uses the microphone or camera, then ask again.' },
  media_unsupported: {
    client: true,
    advice: 'Open the page over https (or on localhost) in a current browser; the message names what is missing.',
  },
  ffmpeg_unavailable: {
    client: true,
    advice: 'Install @ffmpeg/ffmpeg and @ffmpeg/core beside the client, or give the option loadFfmpeg.',
  },
  file_unreadable: { client: true, advice: 'Give a recording that ffmpeg can read and that has sound or pictures.' },
  // the consumer library
  consumer_options: { client: true, advice: 'Correct the named option; docs/consumer.md lists them.' },
  kafka_unavailable: {
    client: true,
    advice: 'See that the brokers run and can be reached, and check brokers, ssl and sasl.',
  },
  registry_unavailable: {
    client: true,
    advice: 'See that the schema registry runs and can be reached, and check registry.url and registry.userInfo.',
  },
  topic_unknown: { client: true, advice: 'Start the service with Kafka once: it makes its topics.' },
  records_expired: {
    client: true,
    advice: 'These records are gone: read sooner, or have the topic keep them for longer.',
  },
  record_malformed: { client: true, advice: 'Find out who writes to the topic; the record was passed over.' },
  store_failed: { client: true, advice: 'Make the named folder or file readable and writable, then start again.' },
  // the process
  node_version: { exit: 2, advice: 'Install Node 20.11 or newer.' },
  config_invalid: { exit: 2, advice: 'Correct the named setting.' },
  port_in_use: { exit: 3, advice: 'Stop the other program or set PORT to a free port.' },
  model_missing: { exit: 4, advice: 'Restore the models folder from the repository, or set RAPPORT_MODELS_DIR.' },
  model_corrupt: { exit: 4, advice: 'Restore the named file from the repository: its checksum differs.' },
  model_parity: { exit: 4, advice: 'This machine computes other results than the reference: see docs/models.md.' },
  data_dir_unusable: { exit: 5, advice: 'Make the data folder writable, or set RAPPORT_DATA_DIR to one that is.' },
  data_dir_locked: { exit: 5, advice: 'Another process writes to this data folder: stop it, or set RAPPORT_DATA_DIR.' },
  data_format: {
    exit: 5,
    advice: 'The data folder was written by another version: use that version, or another folder.',
  },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** The specification of a code, with the optional fields visible. */
export function errorSpec(code: ErrorCode): ErrorSpec {
  return ERRORS[code];
}

/** An error with a code of the closed list. `message` says what was wrong and with what value; never personal data. */
export class RapportError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterMs?: number; readonly address?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RapportError';
    this.retryAfterMs = options.retryAfterMs;
    this.address = options.address;
  }

  readonly retryAfterMs: number | undefined;
  /** With `session_elsewhere`: the WebSocket URL to connect to. */
  readonly address: string | undefined;

  /** Of a code that came from a newer service: where to look. */
  get advice(): string {
    const spec: ErrorSpec | undefined = ERRORS[this.code];
    return spec?.advice ?? 'See docs/protocol.md.';
  }
}
