import { createHmac } from 'node:crypto';

/**
 * The headers of a signed message, as the Standard Webhooks specification 1.0 has them: `v1` is HMAC-SHA256 over
 * `ID.TIMESTAMP.BODY`, in base64. The id stays the same over every attempt, the time is that of the attempt.
 */
export function signedHeaders(key: Buffer, id: string, sentAt: Date, body: string): Record<string, string> {
  const timestamp = Math.floor(sentAt.getTime() / 1000);
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  };
}
