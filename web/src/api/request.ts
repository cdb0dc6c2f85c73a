import { errorOf, type ServiceError, unreachable } from './service-error';

/**
 * Requests to the service that served the page. The log-in is a cookie that no script reads. What changes something is taken
 * from pages of the service's own alone, by the header Origin, which browsers add themselves to everything but GET.
 */

type LoginOver = (error: ServiceError) => void;
let loginOver: LoginOver = () => {};

/** Called when the service says that nobody is logged in any more, whatever was asked. */
export function onLoginOver(listener: LoginOver): void {
  loginOver = listener;
}

const LOGIN_CODES = ['login_expired', 'unauthorized'];

/** Tells whoever listens when it says that the log-in is over. */
export function noteRefusal(error: ServiceError): ServiceError {
  if (LOGIN_CODES.includes(error.code)) loginOver(error);
  return error;
}

/** The answer, OK as it is. Rejects with ServiceError, or as `fetch` when aborted. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { cache: 'no-store', credentials: 'same-origin', ...init });
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw unreachable();
  }
  if (!answer.ok) throw noteRefusal(await errorOf(answer));
  return answer;
}

/** Rejects with ServiceError. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await ask(path, signal === undefined ? {} : { signal })).json()) as T;
}

/** Changes something; resolves to what is answered, undefined where that is nothing. Rejects with ServiceError. */
export async function send<T = void>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<T> {
  const init: RequestInit = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const answer = await ask(path, init);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}
