// Calls of the panel's API: the CSRF token goes with each change, errors become ApiError.
import { getSession, markSeen, setSession } from './session';
import type { Problem, Session } from './types';

export const API = `${import.meta.env.BASE_URL}api`;

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly body: Problem,
    readonly retryAfter: string | null = null,
  ) {
    super(body.detail ?? body.title ?? `The server answered ${status}.`);
    this.name = 'ApiError';
  }
  get code() {
    return this.body.code ?? '';
  }
}

export type Query = Record<string, string | number | undefined>;

/** `path` with the parameters that have a value. */
export function withQuery(path: string, query: Query) {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

async function readProblem(response: Response): Promise<Problem> {
  try {
    return (await response.json()) as Problem;
  } catch {
    return {};
  }
}

async function send(method: string, path: string, body?: unknown): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  const session = getSession();
  if (method !== 'GET' && session) headers['X-CSRF-Token'] = session.csrf_token;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  try {
    return await fetch(API + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
    });
  } catch {
    throw new ApiError(0, { code: 'unreachable' });
  }
}

/** Codes of 401 that say that there is no session, rather than that a secret is wrong. */
const ENDED = ['no_session', 'missing_credential'];

async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  let response = await send(method, path, body);
  if (response.ok) {
    markSeen();
    return (await response.json()) as Answer;
  }
  let problem = await readProblem(response);
  if (response.status === 403 && problem.code === 'csrf' && getSession()) {
    setSession(await call<Session>('GET', '/session'));
    response = await send(method, path, body);
    if (response.ok) return (await response.json()) as Answer;
    problem = await readProblem(response);
  }
  if (response.status === 401 && ENDED.includes(problem.code ?? '')) setSession(null);
  throw new ApiError(response.status, problem, response.headers.get('Retry-After'));
}

export const api = {
  get: <Answer>(path: string, query: Query = {}) => call<Answer>('GET', withQuery(path, query)),
  post: <Answer>(path: string, body: unknown = {}) => call<Answer>('POST', path, body),
  patch: <Answer>(path: string, body: unknown) => call<Answer>('PATCH', path, body),
  delete: <Answer>(path: string) => call<Answer>('DELETE', path),
};
